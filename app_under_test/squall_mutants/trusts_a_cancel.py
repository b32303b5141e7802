"""At the deadline the work is cancelled, and waited for.

Mistake: ``asyncio.timeout`` around a block whose end talks to the database once more.
Outage: the database stops responding without closing a connection.
Symptom: the limit is one second, the answer comes after three.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded
from squall_reference.orders import service
from squall_reference.resilience.deadline import Abandoned, Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "slow-conflicts")
CAUGHT_BY = ("answered-in-time",)
SET = "second"

T = TypeVar("T")


def unbounded(_seconds: float) -> Lease:
    """A lease that cuts nothing by itself."""
    return Lease()


async def run(
    _self: Abandoned,
    work: Callable[[], Awaitable[T]],
    deadline: Deadline,
    _terminate: Callable[[], None],
) -> T:
    """The result, or DeadlineExceeded when the work has noticed its cancel."""
    try:
        async with asyncio.timeout(deadline.remaining()):
            return await work()
    except TimeoutError:
        raise DeadlineExceeded from None


def create_app() -> FastAPI:
    """The reference app that cancels and waits."""
    replace(service, "Lease", unbounded)
    replace(Abandoned, "run", run)
    return main.create_app()
