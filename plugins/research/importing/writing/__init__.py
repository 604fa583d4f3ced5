"""Pandoc's tree → the text of a post."""
