"""The future of the first preparation is kept, with its error.

Mistake: "prepare once" by a cached task.
Outage: the app is started while its database is away.
Symptom: it never becomes ready.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("app-restarts-in-an-outage",)
SET = "fourth"

ONCE: list[asyncio.Task[bool]] = []
careful = Readiness._prepared


async def prepared(self: Readiness) -> bool:
    """The first attempt's result."""
    if not ONCE:
        ONCE.append(asyncio.create_task(careful(self)))
    return await ONCE[0]


def create_app() -> FastAPI:
    """The reference app that prepares once."""
    replace(Readiness, "_prepared", prepared)
    return main.create_app()
