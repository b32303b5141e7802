"""Nothing can be read while the database is out.

Mistake: the catalogue hardly ever changes, and nobody keeps a copy for bad times.
Outage: connections to the database are accepted and closed for two seconds.
Symptom: nobody can even look, where yesterday's catalogue would do.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("availability",)


def create_app() -> FastAPI:
    """The reference app without copies."""
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
