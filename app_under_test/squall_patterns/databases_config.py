"""Configuration in its own file, as the tutorials of ``databases`` have it."""

from __future__ import annotations

from databases import Database

from squall_patterns.shared.shop import URL

database = Database(URL)
