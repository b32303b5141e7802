"""A thread that nobody tells to end.

Mistake: a thread that writes events waits on its queue for ever, and is not a daemon.
Outage: a new version is deployed.
Symptom: the process does not end at SIGTERM, and has to be killed.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from queue import Queue

from fastapi import FastAPI

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = (
    "deploy-under-load",
    "deploy-while-requests-run",
    "rolling-deploy",
    "app-restarts-in-an-outage",
)
SET = "fourteenth"

events: Queue[str] = Queue()


def write_events() -> None:
    """Take one event after another."""
    while True:
        events.get()


@asynccontextmanager
async def writer(_app: FastAPI) -> AsyncIterator[None]:
    """The thread works from the start on."""
    threading.Thread(target=write_events, name="events").start()
    yield


def create_app() -> FastAPI:
    """The reference app with a writer of events."""
    return app_with(writer)
