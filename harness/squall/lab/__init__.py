"""A lab: PostgreSQL, proxies, the app and what observes them, started and ended together."""
