"""Proof that the outages catch broken apps, and a comparison of ways to hold connections."""
