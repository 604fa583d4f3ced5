"""Data sets: one module per kind, each of which gives images as arrays and the hashes of their files.

The key of a bundle needs the hashes before each build of the blog, so no module here imports torch, NumPy
or Pillow before images are read.
"""
