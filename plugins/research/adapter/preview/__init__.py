"""The development server: builds the blog, serves it, and on each save builds and reloads what has changed.

``watching`` says what has been saved; ``memory`` keeps what readers returned; ``writing`` writes the pages of
changed posts first; ``server`` shows them; ``loop`` connects the four.
"""
