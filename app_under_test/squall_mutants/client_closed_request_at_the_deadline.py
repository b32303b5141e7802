"""The end of a request's time is answered 499.

Mistake: a status of a proxy's log, used as an answer.
Outage: the database is silent for longer than the deadline.
Symptom: an undocumented status that blames the client.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-statement-hangs", "network-slower-than-the-deadline")
SET = "fourth"

CLIENT_CLOSED_REQUEST = 499


def create_app() -> FastAPI:
    """The reference app that believes its client has gone."""
    replace(DeadlineExceeded, "status", CLIENT_CLOSED_REQUEST)
    return main.create_app()
