"""How a blog begins: a new one from `skeleton`, or the plugin in one that exists."""
