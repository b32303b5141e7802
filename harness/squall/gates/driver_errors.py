"""Internal errors of a driver, for which no app can be blamed: their form is not judged.

When PostgreSQL ends an idle session, asyncpg reads the FATAL message and waits for the end of the
connection. A request that takes the connection in that moment gets ``InternalClientError: cannot
switch to state 12; another operation (2) is in progress``. It is none of asyncpg's documented
errors (``PostgresError``, ``InterfaceError``), and an app that handles all of those answers 500.

Each connection shows it once. Where there are more such errors than sessions, requests share a
connection, and the app is to blame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice

from squall.core.events import BackendsSampled, ErrorsLogged, FaultHealed
from squall.history.evidence import Evidence
from squall.history.op import Op

OWN_TASKS = ("PoolConnectionHolder.release",)
"""Tasks that asyncpg's pool starts for itself. A time-out while a connection is given back leaves
one behind, and no app can await it.
"""
OWN_FUTURES = ("unexpected connection_lost() call", "ConnectionResetError(")
"""asyncpg asks each server for TLS first. If a time-out ends the connect meanwhile, the future of
that answer gets the end of the connection, and nobody can retrieve it.
"""
AFTER_THE_ANSWER = "response already started"
"""FastAPI's, when a `yield` dependency cannot give its session back: the answer is with its client,
and only the kept connection is closed. A COMMIT that fails there is found by what was committed.
"""
INTERNAL = frozenset({"InternalClientError"})
SERVER_ERROR = 500
LEAST_SESSIONS = 5
"""Sessions that were counted between two samples may have been more."""


def names_internal_error(line: str) -> bool:
    """Whether a line of the app's log names one."""
    return any(f"{name}:" in line for name in INTERNAL)


def is_drivers_own_task(line: str) -> bool:
    """Whether a line of the app's log is about an abandoned task or future of the driver."""
    future = line.startswith("Future exception was never retrieved")
    return (
        AFTER_THE_ANSWER in line
        or any(f"({name})" in line for name in OWN_TASKS)
        or (future and any(words in line for words in OWN_FUTURES))
    )


def _count(evidence: Evidence) -> int:
    return sum(
        event.unhandled
        for event in evidence.events
        if isinstance(event, ErrorsLogged) and event.exception in INTERNAL
    )


def requests_share_connections(evidence: Evidence) -> bool:
    """Whether there are more internal errors than connections that the faults can have ended, so
    that they are the app's own.
    """
    sessions = [event.total for event in evidence.events if isinstance(event, BackendsSampled)]
    hits = [event.bites for event in evidence.events if isinstance(event, FaultHealed)]
    ended = max(LEAST_SESSIONS, *sessions) + sum(hits) if sessions else math.inf
    return _count(evidence) > ended


def caused_by_driver(evidence: Evidence, errors: Sequence[Op]) -> set[int]:
    """Ids of the answers that follow from internal errors of the driver, by the app's log.

    After an exception uvicorn closes the connection, which may cut one more request.
    """
    count = 0 if requests_share_connections(evidence) else _count(evidence)
    failed = islice((op.id for op in errors if op.status == SERVER_ERROR), count)
    late = sum(
        event.unhandled
        for event in evidence.events
        if isinstance(event, ErrorsLogged) and AFTER_THE_ANSWER in event.message
    )
    cut = islice((op.id for op in errors if op.is_cut), count + late)
    return {*failed, *cut}
