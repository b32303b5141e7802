"""The embedded engine: a TCP proxy with toxics that speaks Toxiproxy's HTTP API. A leaf package.

Run it as a program, ``python -m faults.proxy``; nothing of Squall is imported here.
"""
