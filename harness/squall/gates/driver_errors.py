"""Internal errors of a driver, for which no app can be blamed: their form is not judged.

When PostgreSQL ends an idle session, asyncpg reads the FATAL message and waits for the end of the
connection. A request that takes the connection in that moment gets ``InternalClientError: cannot
switch to state 12; another operation (2) is in progress``. It is none of asyncpg's documented
errors (``PostgresError``, ``InterfaceError``), and an app that handles all of those answers 500.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from squall.core.events import ErrorsLogged
from squall.history.evidence import Evidence
from squall.history.op import Op

INTERNAL = frozenset({"InternalClientError"})
SERVER_ERROR = 500
CUT = frozenset({"reset", "disconnected"})


def names_internal_error(line: str) -> bool:
    """Whether a line of the app's log names one."""
    return any(f"{name}:" in line for name in INTERNAL)


def caused_by_driver(evidence: Evidence, errors: Sequence[Op]) -> set[int]:
    """Ids of the answers that follow from internal errors of the driver, by the app's log.

    After an exception uvicorn closes the connection, which may cut one more request.
    """
    count = sum(
        event.unhandled
        for event in evidence.events
        if isinstance(event, ErrorsLogged) and event.exception in INTERNAL
    )
    failed = islice((op.id for op in errors if op.status == SERVER_ERROR), count)
    cut = islice((op.id for op in errors if op.error in CUT), count)
    return {*failed, *cut}
