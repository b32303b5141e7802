"""Connection patterns: ways to hold database connections, compared under the same outages."""
