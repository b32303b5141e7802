"""What tells one body from another is Python's own hash, which differs in each process.

Mistake: ``hash()`` of a text is stored beside the key.
Outage: the process is started again, and a caller repeats its write.
Symptom: 422, "key reused", for the very same body.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import OrderRequest, _Request

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-after-a-restart", "rolling-deploy", "app-restarts-in-an-outage")
SET = "tenth"


def digest(self: _Request) -> str:
    """Short, and quick."""
    return str(hash(self.model_dump_json()))


def create_app() -> FastAPI:
    """The reference app with another digest."""
    replace(OrderRequest, "digest", digest)
    return main.create_app()
