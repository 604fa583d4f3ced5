"""Bibliographies: .bib, CSL-JSON and CSL-YAML files → entries."""
