"""Impossible times: an answer before its request, a heal before its fault.

Every figure is a difference of times. If clocks disagree, no figure is valid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from squall.core.events import FaultHealed, FaultInjected, RunEnded, RunStarted
from squall.gates.findings import inconclusive, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

IMPOSSIBLE = "times-impossible"

SLACK_SECONDS = 0.02
"""An event loop may wake up slightly early, and a listener may record the end slightly late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesInOrder(Gate):
    """Requests are within the run, are sent before they are answered, and heals follow faults."""

    name = "times-in-order"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Name the first impossible time."""
        wrong = next(_problems(evidence), None)
        if wrong is not None:
            return inconclusive(self.name, f"times that cannot be: {wrong}", code=IMPOSSIBLE)
        return passed(self.name, f"of {len(evidence.ops)} operations and their faults")


def _problems(evidence: Evidence) -> Iterator[str]:
    started = min((e.at for e in evidence.events if isinstance(e, RunStarted)), default=-math.inf)
    ended = max((e.at for e in evidence.events if isinstance(e, RunEnded)), default=math.inf)
    for op in evidence.ops:
        if not all(map(math.isfinite, (op.intended, op.sent, op.done))):
            yield f"operation {op.id} has a time that is not a number"
        elif op.done < op.sent or op.sent < op.intended - SLACK_SECONDS:
            yield f"operation {op.id} was answered before it was sent, or sent before it was due"
        elif op.intended < started - SLACK_SECONDS or op.done > ended + SLACK_SECONDS:
            yield f"operation {op.id} lies outside of the run"
    injected = {e.step: e.at for e in evidence.events if isinstance(e, FaultInjected)}
    for event in evidence.events:
        if isinstance(event, FaultHealed) and event.at < injected.get(event.step, -math.inf):
            yield f"{event.fault} was healed before it was injected"
