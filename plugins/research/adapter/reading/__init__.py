"""From files to posts: readers, readings from the cache, contents and summaries."""
