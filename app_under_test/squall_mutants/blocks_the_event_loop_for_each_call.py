"""Each request calls something synchronous for ten milliseconds.

Mistake: a client without async (a hash, a token, a metrics push) is called from a coroutine; alone
it is quick.
Outage: five times the usual callers come at once.
Symptom: all wait behind each other, also those who want nothing but a health probe.
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = ("load-spike",)
CAUGHT_BY = ("answered-in-time",)

CALL_SECONDS = 0.01

quick = WaitingRoom.enter


async def enter(self: WaitingRoom, *arguments: Any, **given: Any) -> Any:  # noqa: ANN401 - the reference's
    """The reference's answer, after a call that the event loop waits for."""
    time.sleep(CALL_SECONDS)  # noqa: ASYNC251 - the defect
    return await quick(self, *arguments, **given)


def create_app() -> FastAPI:
    """The reference app that calls."""
    replace(WaitingRoom, "enter", enter)
    return main.create_app()
