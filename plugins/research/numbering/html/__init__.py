"""The elements of a post that can be numbered: found in its HTML, whichever markup its author wrote."""
