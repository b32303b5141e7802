"""What the patterns share, so that each file holds nothing but its way to hold connections."""
