"""Rules on PostgreSQL's messages, and the connections that obey them."""
