"""What is wrong with the ids of a post and the links to them."""
