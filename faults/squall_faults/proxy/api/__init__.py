"""The engine's HTTP API: Toxiproxy's, with extensions that its clients ignore."""
