"""Formulas → what MathJax makes of them."""
