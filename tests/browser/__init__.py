"""Tests that look at our own blog with a browser."""
