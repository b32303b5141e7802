"""Items and orders: what the service is about."""
