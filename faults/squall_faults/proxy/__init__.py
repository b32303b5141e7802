"""The embedded engine: a TCP proxy with toxics that speaks Toxiproxy's HTTP API. A leaf package.

Run it as a program, ``python -m squall_faults.proxy``; nothing of Squall is imported here.
"""
