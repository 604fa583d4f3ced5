"""The models of this blog: recipe → data → train → export → verify → evaluate → a release.

``python -m model build NAME`` runs the whole way; the modules are its stages, in that order.
"""
