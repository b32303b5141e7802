"""What the whole harness agrees on: clock, events, errors, identifiers."""
