"""Cite papers, set formulas and show models in posts of a Pelican blog."""

from .plugin import register

__all__ = ["register"]
