"""Listeners, connections and links: bytes from one socket to the other."""
