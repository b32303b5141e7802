"""Races: pairs of operations in every interleaving of their statements, against serial order."""
