"""The only package that knows the database driver."""
