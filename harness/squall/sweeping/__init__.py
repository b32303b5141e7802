"""Sweep: each statement of each operation fails once with each fault. The result is a coverage."""
