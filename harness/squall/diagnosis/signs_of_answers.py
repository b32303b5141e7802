"""Signs in the answers that tell causes apart, where a gate sees the same."""

from __future__ import annotations

from collections.abc import Sequence

from squall.core.events import ErrorsLogged
from squall.diagnosis.judged_run import SERVER_ERROR, JudgedRun
from squall.gates.calm_operation import media_type
from squall.gates.verdict import Finding
from squall.history.op import Op
from squall.history.shape import identities

MOST = 0.75
"""Of what shows a sign, if the sign is to be their cause."""
BARE = "text/plain"
"""Of the framework's own answer to an error that nobody handles."""


def got_each_others(case: JudgedRun, finding: Finding) -> bool:
    """Whether these answers show what another request asked for that was under way at the same
    time, or tell that it is not there. A copy with a wrong key shows what was asked for before.
    """
    figures = finding.figures
    told = figures.get("another_item", 0) + figures.get("client_blamed", 0)
    if told < figures.get("unlike", 0):
        return False
    shown = set(finding.ops)
    wrong = [(op, other) for op in case.evidence.ops if op.id in shown and (other := _other(op))]
    together = sum(_was_asked_beside(op, other, case.evidence.ops) for op, other in wrong)
    return bool(wrong) and together >= MOST * len(wrong)


def _other(op: Op) -> str:
    """The identity that an answer shows, if its path does not name it."""
    own = identities(op).get(".id", "") if op.good else ""
    return "" if own in op.segments else own


def _was_asked_beside(op: Op, value: str, ops: Sequence[Op]) -> bool:
    return any(
        value in one.segments and one.sent < op.done and one.done > op.sent
        for one in ops
        if one.id != op.id
    )


def were_taken_for_bugs(case: JudgedRun) -> bool:
    """Whether the app's own handler answered its server errors: none in its log is unhandled, and
    the answers have a form of its own.
    """
    contract = case.evidence.contract
    logged = [one for one in case.evidence.events if isinstance(one, ErrorsLogged)]
    handled = contract.log_known and not any(one.unhandled for one in logged)
    bugs = [op for op in case.evidence.awaited if op.status == SERVER_ERROR]
    own = all(media_type(op) not in ("", BARE) for op in bugs)
    return handled and bool(bugs) and own and case.failed("log-clean") is None
