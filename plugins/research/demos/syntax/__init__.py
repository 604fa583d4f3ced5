"""What authors write: demo blocks → checked specifications."""
