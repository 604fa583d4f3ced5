"""Typeset formulas → pages, style sheets and fonts."""
