"""The load on the app: declared operations, an open loop, a process of its own."""
