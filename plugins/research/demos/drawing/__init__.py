"""Specifications and bundles → static images."""
