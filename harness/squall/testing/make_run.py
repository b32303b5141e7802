"""Create runs in one line, for the tests of gates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from squall.core import events
from squall.history.evidence import Contract, Evidence, FinalState
from squall.history.op import Op, Outcome

PER_SECOND = 100
FAULT = (1.0, 2.0)
"""Start and end of the fault of :func:`make_run`, in seconds. The run lasts three."""


def make_op(number: int, **changes: Any) -> Op:  # noqa: ANN401 - fields of Op
    """Operation ``number``, 10 ms after the one before, answered with 200 within 5 ms.

    ``changes`` are fields of ``Op``; a ``status`` sets the outcome, unless that is given.
    """
    at = changes.pop("at", number / PER_SECOND)
    fields: dict[str, Any] = {
        "id": number, "name": "read-item", "effect": "read", "key": None, "intended": at,
        "sent": at, "done": at + 0.005, "status": 200, "error": None,
        "content_type": "application/json", "retry_after": None, "body": "",
        "outcome": _outcome(changes.get("status", 200)), **changes,
    }  # fmt: skip
    return Op(**fields)


def make_run(ops: Iterable[Op] | None = None, *, bites: int = 3, **changes: Any) -> Evidence:  # noqa: ANN401 - fields of Evidence
    """A run of three seconds with a fault from 1.0 s to 2.0 s. By default all answers are
    successful.

    ``ops`` replace the operations with their ids; ``changes`` are fields of ``Evidence``.
    """
    healthy = {number: make_op(number) for number in range(3 * PER_SECOND)}
    given = {op.id: op for op in ops or ()}
    injected, healed = FAULT
    fault: dict[str, Any] = {"step": 0, "fault": "network.refuse"}
    fields: dict[str, Any] = {
        "ops": tuple({**healthy, **given}.values()),
        "events": (
            events.FaultInjected(at=injected, label="refuse", **fault),
            events.FaultHealed(at=healed, bites=bites, what="connections refused", **fault),
        ),
        "final_state": FinalState(),
        "contract": Contract(deadline_seconds=1.0),
        **changes,
    }
    return Evidence(**fields)


def _outcome(status: int | None) -> Outcome:
    if status is None or (status >= 500 and status != 503):  # noqa: PLR2004 - HTTP
        return Outcome.UNKNOWN
    return Outcome.APPLIED if status < 300 else Outcome.REFUSED  # noqa: PLR2004 - HTTP
