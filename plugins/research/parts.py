"""The parts, in the order in which a post passes them.

Captions of demos may cite, titles in a bibliography may hold formulas, and references are resolved when all
that is numbered has its number.
"""

from .citations import Citations
from .core.part import Part
from .demos import Demos
from .formulas import Formulas
from .images import Images
from .notes import Notes
from .numbering import Numbering
from .site import Site

PARTS: tuple[type[Part], ...] = (Demos, Citations, Formulas, Numbering, Images, Notes, Site)
