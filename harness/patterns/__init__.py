"""The ways to hold database connections, side by side under the same outages."""
