"""What an interactive figure needs in the page."""
