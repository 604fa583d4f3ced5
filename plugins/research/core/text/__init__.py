"""The text of posts: segments of HTML, placeholders, patterns, paragraphs of Markdown."""
