"""Works that a registry knows → entries of a .bib file."""
