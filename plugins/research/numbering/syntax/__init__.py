"""What authors write for captions and theorems beyond what their markup knows, in Markdown and reST."""
