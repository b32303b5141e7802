"""A small service: notes in PostgreSQL."""
