"""The pause between two attempts stops everybody.

Mistake: ``time.sleep`` in a coroutine.
Outage: inserts fail with 40001 and are repeated.
Symptom: each repeat freezes the whole process; probes and requests that have nothing to do with it
hang.
"""

from __future__ import annotations

import time

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("health-probes",)


SECONDS = 0.7


async def blocking(_seconds: float) -> None:
    """A pause for everybody."""
    time.sleep(SECONDS)  # noqa: ASYNC251 - the defect


def create_app() -> FastAPI:
    """The reference app that sleeps."""
    replace(main, "RetryPolicy", lambda: RetryPolicy(sleep=blocking))
    return main.create_app()
