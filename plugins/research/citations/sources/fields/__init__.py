"""Values of the fields of a .bib file: LaTeX, names, dates, localization keys, languages, titles."""
