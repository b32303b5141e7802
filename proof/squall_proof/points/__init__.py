"""What sweep and races find: mutants caught without a load, and alarms for the reference app."""
