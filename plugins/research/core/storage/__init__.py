"""Files: the cache, and what is published, whole or not at all."""
