"""From posts to files: pages, feeds, and what pages say of other pages."""
