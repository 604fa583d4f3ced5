"""Articles from elsewhere: Quarto, Pandoc's Markdown, MyST, LaTeX and notebooks become posts.

`reading` makes pandoc's tree of a file, `tree` gives ids their kinds, `writing` writes it in our forms,
and `report` lists what has none.
"""
