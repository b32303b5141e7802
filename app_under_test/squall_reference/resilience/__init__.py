"""Policies: deadlines, time-outs, retries. Each is readable in one file."""
