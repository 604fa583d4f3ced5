"""Formatting of citations and references: the default style and CSL styles."""
