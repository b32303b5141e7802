"""Runs: one scenario in a lab, and a suite of them."""
