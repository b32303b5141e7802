"""Parts of a lab as local processes."""
