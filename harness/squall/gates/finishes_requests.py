"""Requests in progress when the app receives SIGTERM are finished before it exits.

    SIGTERM ──▶ app      no new connections
    clients ◀── answers  of requests in progress
                exit

A deployment does this to every process. Requests cut at each deployment look like network errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from squall.core.events import FaultInjected
from squall.gates.findings import failed, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

TOLD_TO_END = "app.terminate"
ON_THE_WAY_SECONDS = 0.1
"""A request sent later than this before the signal may not have reached the app."""
REFUSED = "refused-at-the-end"
LEAST_REFUSED = 2
SERVER_ERROR = 500
HARMLESS = frozenset({"slows", "ends"})
"""Effects of faults under which a request still has its answer."""
BROKEN = ("reset", "disconnected", "refused")
SOON = 0.5
"""In deadlines. What is cut sooner than this after SIGTERM, or refused sooner than this after it
was sent, was given up on purpose: an app that is short of CPU does so later, and not sooner.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishesRequests(Gate):
    """After SIGTERM no request in progress is cut, or fails while nothing else is wrong."""

    name = "finishes-requests"
    severity = Severity.STUCK
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the number of requests."""
        told = [event for event in evidence.events if isinstance(event, FaultInjected)]
        moments = [event.at for event in told if event.fault == TOLD_TO_END]
        if not moments:
            return passed(self.name, "the app was not told to end")
        cut = [(op, op.done - moment) for moment in moments for op in _cut(evidence, moment)]
        if cut:
            told_of = cut[0][0].request
            reason = f"{len(cut)} requests under way at SIGTERM got no answer ({told_of})"
            soon = _given_up(evidence, (since for _, since in cut))
            return failed(self.name, reason, {"cut": len(cut)}, in_kind=soon)
        refused = [op for moment in moments for op in _refused(evidence, moment)]
        if len(refused) >= LEAST_REFUSED:
            reason = (
                f"{len(refused)} requests under way at SIGTERM got status {refused[0].status}"
                f" ({refused[0].request}), and none did before"
            )
            figures = {"cut": 0, "refused": len(refused)}
            soon = _given_up(evidence, (op.done - op.sent for op in refused))
            return failed(self.name, reason, figures, refused, code=REFUSED, in_kind=soon)
        return passed(self.name, "no request under way at SIGTERM was cut", {"cut": 0})


def _cut(evidence: Evidence, moment: float) -> Iterator[Op]:
    """Requests that the app had received before SIGTERM and that ended without an answer."""
    for op in evidence.awaited:
        if _is_under_way(op, moment) and op.error is not None and op.error.startswith(BROKEN):
            yield op


def _refused(evidence: Evidence, moment: float) -> list[Op]:
    """The same with an error of the app, if it gave none between the first fault and SIGTERM."""
    effects = {event.effect for event in evidence.events if isinstance(event, FaultInjected)}
    start = evidence.first_injected
    if start is None or not effects <= HARMLESS:
        return []
    errors = [op for op in evidence.awaited if (op.status or 0) >= SERVER_ERROR]
    if any(op.done >= start and op.done <= moment for op in errors):
        return []
    return [op for op in errors if _is_under_way(op, moment)]


def _given_up(evidence: Evidence, seconds: Iterable[float]) -> bool:
    """Whether two requests at least ended too soon for any limit of time."""
    limit = SOON * evidence.contract.deadline_seconds
    return sum(each < limit for each in seconds) >= LEAST_REFUSED


def _is_under_way(op: Op, moment: float) -> bool:
    """Whether the app had received a request at this moment, and had not answered it."""
    return op.sent < moment - ON_THE_WAY_SECONDS and op.done > moment
