"""Components of a lab as local processes."""
