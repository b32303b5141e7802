"""RESP, the protocol of Redis and Valkey, versions 2 and 3, without I/O: framing of both ways."""
