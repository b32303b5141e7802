"""The base of the harness: clock, events, errors, identifiers."""
