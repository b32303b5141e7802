"""Public incidents, each re-created as a small pair: the defect, and a twin without it."""
