"""HTTP in, HTTP out: routes and their dependencies."""
