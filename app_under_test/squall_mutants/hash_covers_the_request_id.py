"""The hash that tells one body from another covers the request's own id, too.

Mistake: "hash everything that identifies the request", and each request has an id of its own.
Outage: any after which a caller repeats its write with the same key.
Symptom: the repeat is refused with 422, as if its body were another one.
"""

from __future__ import annotations

import hashlib

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability import logs
from squall_reference.orders import model

from squall_mutants.shared import replace

EXPOSED_BY = (
    "callers-repeat-at-once",
    "callers-retry-what-failed",
    "callers-repeat-after-a-restart",
    "callers-retry-what-timed-out",
)
SET = "ninth"


def digest(self: model._Request) -> str:
    """Of body and request id."""
    return hashlib.sha256(
        f"{logs.request_id.get('')} {self.model_dump_json()}".encode()
    ).hexdigest()


def create_app() -> FastAPI:
    """The reference app with another hash."""
    replace(model._Request, "digest", digest)
    return main.create_app()
