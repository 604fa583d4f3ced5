"""Records of a DOI registry → entries of a .bib file."""
