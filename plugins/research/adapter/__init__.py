"""Pelican: its signals, readers, content objects and pages. Nothing outside this package imports it."""
