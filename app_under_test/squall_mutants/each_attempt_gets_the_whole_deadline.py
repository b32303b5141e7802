"""Each attempt has the request's whole time, and there are three.

Mistake: the time-out is inside of the retry: ``@retry`` above ``async with asyncio.timeout(1)``.
Outage: the database accepts requests and is silent.
Symptom: an error after three seconds, from an app that promises one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import tenacity
from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, Unreachable
from squall_reference.resilience.deadline import Deadline, current, deadline_in
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-frozen",
    "silent-network",
    "lost-responses",
    "hot-statement-hangs",
    "commit-reply-held",
    "server-accepts-never-replies",
)
SET = "seventh"
ATTEMPT_SECONDS = 1.0

careful = Guard.run


@tenacity.retry(
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_random(0, 0.1),
    retry=tenacity.retry_if_exception_type((DeadlineExceeded, Unreachable)),
    reraise=True,
)
async def run(
    self: Guard,
    attempt: Callable[[], Awaitable[Any]],
    deadline: Deadline,
    terminate: Callable[[], None],
    **how: bool,
) -> Any:  # noqa: ANN401 - whatever the attempt returns
    """All policies, again and again."""
    deadline = deadline_in(ATTEMPT_SECONDS)
    current.set(deadline)
    return await careful(self, attempt, deadline, terminate, **how)


def create_app() -> FastAPI:
    """The reference app with a deadline for each attempt."""
    replace(Guard, "run", run)
    return main.create_app()
