"""From findings to one reason and one remedy. Pure functions, like the gates."""
