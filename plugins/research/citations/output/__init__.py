"""Typeset citations → a post as it is published."""
