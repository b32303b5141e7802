"""What each driver makes of each fault at BEGIN, at a statement, at COMMIT and at the login."""
