"""An HTTP server that stands in for one that the app calls: declared answers, faults, a tally.

    app ──▶ proxy ──▶ stand-in ◀── harness (rules, tally)

A program of its own, ``python -m squall_faults.stand_in``; it imports no fault.
"""
