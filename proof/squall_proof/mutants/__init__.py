"""The mutants: check that each deliberate defect is caught by the gates that should catch it."""
