"""A file → pandoc's tree of it."""
