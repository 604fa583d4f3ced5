"""The trainer: recipe → data → train → export → verify → evaluate → a model bundle.

``python -m pelican_research_models``, in a clone ``python -m model``, is its command.
"""
