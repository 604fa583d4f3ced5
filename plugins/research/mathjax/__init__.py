"""Formulas: TeX in a post → what MathJax makes of it in the page, set while the site is built.

``teach_readers`` readies Pelican's readers, ``typeset`` sets what they found and leaves marks in posts, and
``show`` puts the set formulas in the place of the marks when a page is written. Between the two, in
feeds, summaries and whatever else reads a post, a formula is its TeX.
"""

from .chtml import StyleSheet, style_sheet
from .client import link_client
from .formulas import SetFormula
from .math_jax import settings_of_render_math
from .page import show
from .reader import teach_readers
from .titles import mark_up as mark_up_title
from .titles import may_have_formulas
from .typesetting import typeset

__all__ = [
    "SetFormula",
    "StyleSheet",
    "link_client",
    "mark_up_title",
    "may_have_formulas",
    "settings_of_render_math",
    "show",
    "style_sheet",
    "teach_readers",
    "typeset",
]
