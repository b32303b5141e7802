"""Two commits of one app in one job: runs in turns, and a test that may be looked at always."""
