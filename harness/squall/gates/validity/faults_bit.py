"""Every fault was injected, had an effect, stayed in force, and was healed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import (
    FaultHealed,
    FaultInjected,
    FaultSkipped,
    TransactionCommitted,
)
from squall.gates.findings import inconclusive, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Planned

SKIPPED = "fault-skipped"
NOT_INJECTED = "fault-not-injected"
NEVER_BIT = "fault-never-bit"
LAPSED = "fault-lapsed"
CUT_SHORT = "fault-cut-short"

LEAST_COMMITS = 3
SLACK_SECONDS = 0.02
"""A sleep may end this many seconds early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsBit(Gate):
    """Every fault was injected, had an effect unless it may miss, and was healed."""

    name = "faults-bit"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Name the faults without effect."""
        skipped = [event for event in evidence.events if isinstance(event, FaultSkipped)]
        if skipped:
            reason = f"{skipped[0].fault} was skipped: {skipped[0].reason}"
            return inconclusive(self.name, reason, code=SKIPPED)
        injected = {e.step: e.at for e in evidence.events if isinstance(e, FaultInjected)}
        healed = [event for event in evidence.events if isinstance(event, FaultHealed)]
        if not _complete(evidence.planned, injected, healed):
            reason = "not every fault was injected and healed"
            return inconclusive(self.name, reason, code=NOT_INJECTED)
        if told := ", ".join(_cut_short(evidence.planned, injected, healed)):
            return inconclusive(self.name, f"healed too early: {told}", code=CUT_SHORT)
        lapsed = [event for event in healed if event.lapsed]
        if lapsed:
            told = ", ".join(f"{event.fault}: {event.lapsed}" for event in lapsed)
            return inconclusive(self.name, f"ended before its heal: {told}", code=LAPSED)
        return self._effect(evidence, healed)

    def _effect(self, evidence: Evidence, healed: Sequence[FaultHealed]) -> Finding:
        """What the faults did, one of them at least."""
        idle = [event for event in healed if event.bites < 1]
        if len(idle) < len(healed) and all(event.may_miss for event in idle):
            told = ", ".join(f"{event.fault}: {event.bitten}" for event in healed)
            return passed(self.name, told)
        if told := _not_concerned(evidence, healed):
            return passed(self.name, f"not applicable: {told}", noted=True)
        told = ", ".join(f"{event.fault} (0 {event.what})" for event in idle)
        return inconclusive(self.name, f"never bit: {told}", code=NEVER_BIT)


def _not_concerned(evidence: Evidence, healed: Sequence[FaultHealed]) -> str:
    """What shows that the app does not do what the faults would have hit; empty if nothing does:
    writes of the load were committed meanwhile.
    """
    planned = evidence.planned
    if planned is None or not (planned.of_transactions or planned.of_rows):
        return ""
    begun = {e.step: e.at for e in evidence.events if isinstance(e, FaultInjected)}
    times = [(begun[event.step], event.at) for event in healed]
    writes = sum(
        isinstance(event, TransactionCommitted)
        and any(start < event.at < end for start, end in times)
        for event in evidence.events
    )
    if writes < LEAST_COMMITS:
        return ""
    told = f"{writes} writes were committed meanwhile, and none of them"
    if planned.of_rows:
        return f"{told} waited for a row that was there"
    return f"{told} by a COMMIT of its own"


def _complete(
    planned: Planned | None, injected: Mapping[int, float], healed: Sequence[FaultHealed]
) -> bool:
    """Whether all faults of the scenario came into force and were healed."""
    wanted = len(injected) if planned is None else len(planned.faults)
    return (
        0 < len(injected) == wanted
        and len(healed) == wanted
        and injected.keys() == {event.step for event in healed}
    )


def _cut_short(
    planned: Planned | None, injected: Mapping[int, float], healed: Sequence[FaultHealed]
) -> Iterator[str]:
    if planned is None:
        return
    for event in healed:
        lasted = event.at - injected[event.step]
        due = planned.faults[event.step] if event.step < len(planned.faults) else 0.0
        if lasted < due - SLACK_SECONDS:
            yield f"{event.fault} after {lasted:.2f} s of {due:.2f} s"
