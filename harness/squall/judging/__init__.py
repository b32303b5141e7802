"""Judge a run that Squall did not make: requests of a load generator, faults that others injected.

requests, one a line ──┐
                       ├──▶ evidence ──▶ the gates that need nothing else ──▶ verdict
times of the faults ───┘
"""
