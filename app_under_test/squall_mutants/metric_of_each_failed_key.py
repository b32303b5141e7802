"""A counter of failed writes has the caller's key as a label, for the support.

Mistake: each key is a line of the page of metrics, for ever.
Outage: any that fails many writes.
Symptom: the page grows with each failed write.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response
from prometheus_client import Counter
from squall_reference.errors import ServiceError

from squall_mutants.shared.answers import app_that_answers

EXPOSED_BY = (
    "unreachable-host",
    "disk-full",
    "known-outage",
    "load-spike-during-an-outage",
)
SET = "twelfth"
SERVER_ERROR = 500
counters: dict[int, Counter] = {}


def _counter(request: Request) -> Counter:
    registry = request.app.state.metrics.registry
    if id(registry) not in counters:
        counters[id(registry)] = Counter(
            "orders_failed_writes", "Writes that failed", ("key", "status"), registry=registry
        )
    return counters[id(registry)]


def count(request: Request, error: ServiceError) -> Response | None:
    """Count it, and leave the answer to the reference."""
    key = request.headers.get("idempotency-key")
    if key is not None and error.status >= SERVER_ERROR:
        _counter(request).labels(key, str(error.status)).inc()
    return None


def create_app() -> FastAPI:
    """The reference app that counts who failed."""
    return app_that_answers(count)
