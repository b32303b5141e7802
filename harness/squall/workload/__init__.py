"""The load on the app: declared operations and an open loop, in a separate process."""
