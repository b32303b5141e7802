"""An order is noted in a file before it is worked on, and taken off after success only.

Mistake: what was refused stays in the file, and the next start does it.
Outage: orders are refused, and the app is started again.
Symptom: orders that were refused exist.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI
from squall_reference.errors import Rejected, ServiceError
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, deadline_in

from squall_mutants.shared import replace
from squall_mutants.shared.lifespan import app_beside

EXPOSED_BY = ("app-restarts-in-an-outage", "app-crash", "callers-repeat-after-a-restart")
SET = "twelfth"
POLL_SECONDS = 0.05
place_order = OrderBook.place


def spool() -> Path:
    """One for each database."""
    name = hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orders-{name}.spool"


def note(key: str, wanted: OrderRequest | None) -> None:
    """Add a line: the order, or None when nothing is left to do."""
    line = json.dumps({"key": key, "wanted": wanted and wanted.model_dump()})
    with spool().open("a") as file:
        file.write(line + "\n")


def waiting() -> dict[str, OrderRequest]:
    """What was noted, and not taken off."""
    found: dict[str, OrderRequest] = {}
    with suppress(FileNotFoundError):
        for line in spool().read_text().splitlines():
            entry = json.loads(line)
            found.pop(entry["key"], None)
            if entry["wanted"]:
                found[entry["key"]] = OrderRequest(**entry["wanted"])
    return found


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """An order that survives a crash."""
    note(key, wanted)
    try:
        placed = await place_order(self, wanted, key, deadline)
    except Rejected:
        note(key, None)
        raise
    note(key, None)
    return placed


async def _work_off(app: FastAPI) -> None:
    left = waiting()
    while not app.state.readiness.started:  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(POLL_SECONDS)
    for key, wanted in left.items():
        with suppress(ServiceError):
            deadline = deadline_in(app.state.settings.deadline_seconds)
            await app.state.book.place(wanted, key, deadline)


def create_app() -> FastAPI:
    """The reference app with a spool."""
    replace(OrderBook, "place", place)
    return app_beside(_work_off)
