"""Articles from elsewhere: Quarto, Pandoc's Markdown, MyST, LaTeX and notebooks become posts.

`pandoc` reads a file into pandoc's tree, `tree` gives ids their kinds, `inlines` and `blocks` write the tree
in our forms, `front` its metadata, and `report` lists what has none.
"""
