"""The mutants: whether each deliberate defect is caught, and by the judge that is meant for it."""
