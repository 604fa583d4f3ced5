"""What authors write: TeX in Markdown, reST, HTML and titles → formulas with their places."""
