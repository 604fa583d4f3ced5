"""What authors write: ``[@key]`` in a post → citations with their places."""
