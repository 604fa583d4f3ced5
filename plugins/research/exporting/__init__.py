"""Articles to elsewhere: a built page as one file that opens from disk, and as a PDF.

`site` finds the files that a page names, `page` puts them into it, and `pdf` lets a browser print it.
"""
