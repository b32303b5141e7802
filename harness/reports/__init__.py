"""What listeners make of a run: terminal, files. Nothing below imports this package."""
