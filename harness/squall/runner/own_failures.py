"""Operations that fail in an outage with an exception that they had before any fault.

discovery   PATCH /posts/1 ──▶ 500 ValueError at posts.py:18        known without a fault
the outage  POST /posts    ──▶ 500 ValueError at posts.py:18        no effect of the outage
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from squall.core.events import ErrorsLogged
from squall.gates.validity.steady_state import is_ill
from squall.history.op import Op
from squall.lab.app_log import OF_AN_OUTAGE
from squall.lab.lab import Lab
from squall.lab.logged_errors import grouped_errors, read_errors
from squall.runner.result import Run

ErrorKind = tuple[str, str, str]
"""Exception, message and place."""


def logged_kinds(lab: Lab) -> set[ErrorKind]:
    """The unhandled errors that a lab's app has logged, now that no fault has been injected."""
    profile = lab.profile
    root = profile.cwd or Path.cwd()
    found = read_errors(lab.app.log_path, 0, root, profile.unhandled_patterns)
    return {
        _kind(one)
        for one in grouped_errors(found, float)
        if one.unhandled and one.exception and not OF_AN_OUTAGE.search(one.exception)
    }


def own_failures(run: Run, known: set[ErrorKind]) -> dict[str, str]:
    """Operations whose failures are all such errors, in the run or after the heal, and why."""
    evidence = run.evidence
    healed = evidence.last_healed
    if run.passed or healed is None:
        return {}
    errors = [one for one in evidence.events if isinstance(one, ErrorsLogged) and one.unhandled]
    after = [one for one in errors if one.at >= healed]
    ops = evidence.window("during") + evidence.window("after")
    return _explained(ops, errors, known) or _explained(evidence.window("after"), after, known)


def _explained(
    ops: Sequence[Op], errors: Sequence[ErrorsLogged], known: set[ErrorKind]
) -> dict[str, str]:
    bad = [op for op in ops if not op.good and op.status is not None and is_ill(op)]
    if not errors or not bad or any(_kind(one) not in known for one in errors):
        return {}
    if sum(one.unhandled for one in errors) < len(bad):
        return {}
    told = f"{errors[0].exception}: {errors[0].message}"
    return dict.fromkeys((op.name for op in bad), f"fails without a fault, now and then: {told}")


def _kind(error: ErrorsLogged) -> ErrorKind:
    return error.exception, error.message, error.place
