"""How citations and references are set: the default style, and the styles of CSL."""
