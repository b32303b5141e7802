"""Errors look different from what the API documents.

Mistake: ``HTTPException`` and its ``{"detail": …}``, where clients were promised RFC 9457.
Outage: the server's disk is full.
Symptom: clients fail while they read the error.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app with an undocumented media type."""
    replace(problems, "MEDIA_TYPE", "application/json")
    return main.create_app()
