"""Retries do not become the outage: what reaches the database stays in proportion to what is asked.

    amplification = (statements and connections a request, from the fault on)
                  / (statements and connections a request, before it)

Counted at the proxy to the database, which sees what clients send whether it is answered or not.
A pool with a declared bound that was not full when the fault came may fill up: those connections
are nobody's repeats.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.starvation import excuse
from harness.checkers.verdict import Finding
from harness.core.events import BackendsSampled, DatabaseLoad
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStorm:
    """At most ``statements_times`` the statements a request, ``connections_each`` connections."""

    statements_times: float | None = 4.0
    connections_each: float | None = 6.0
    """Connections that may be opened for one request, on average from the fault on."""
    least_requests: int = 40

    name = "retry-storm"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the amplification and the limit that it is beyond."""
        counted = self._counted(evidence)
        if isinstance(counted, str):
            return passed(self.name, counted)
        each, usual, times = counted
        figures = {"connections_each": round(each, 2)}
        if usual:
            figures["connections_each_before"] = round(usual, 2)
        told = f"{each:.2f} connections a request since the fault"
        over = []
        if self.connections_each is not None and each > self.connections_each:
            over.append(f"{each:.3g} connections, limit {self.connections_each:g}")
        if times is not None:
            figures["statements_times"] = round(times, 2)
            told += f", {times:.2f} times the statements a request as before"
            if self._too_many(times):
                over.append(f"{times:.3g} times, limit {self.statements_times:g}")
        if over:
            told += f" ({'; '.join(over)})"
            starved = excuse(evidence)
            if starved and not self._too_many(times):
                # New connections follow from the app's own time-outs; repeated statements do not.
                return inconclusive(self.name, f"{told}; {starved}", figures)
            return failed(self.name, told, figures)
        return passed(self.name, told, figures)

    def _too_many(self, times: float | None) -> bool:
        limit = self.statements_times
        return times is not None and limit is not None and times > limit

    def _counted(self, evidence: Evidence) -> tuple[float, float, float | None] | str:
        """Connections a request since the fault and before it; if they were read, statements.

        A text says why none of them is known.
        """
        loads = [event for event in evidence.events if isinstance(event, DatabaseLoad)]
        start = evidence.bounds("before")[1]
        before = [load for load in loads if load.at <= start]
        after = [load for load in loads if load.at > start]
        if len(before) < 2 or not after:  # noqa: PLR2004 - a rate needs two readings
            return "the load on the database was not counted"
        first, at_fault, last = before[0], before[-1], after[-1]
        calm = sum(first.at <= op.sent <= at_fault.at for op in evidence.ops)
        rough = sum(at_fault.at < op.sent <= last.at for op in evidence.ops)
        if calm < self.least_requests or rough < self.least_requests:
            return f"only {calm} requests before and {rough} since the fault"
        opened = last.connections - at_fault.connections
        each = max(0, opened - _missing(evidence, start)) / rough
        usual = (at_fault.connections - first.connections) / calm
        if first.statements is None or at_fault.statements is None or last.statements is None:
            return each, usual, None
        read = (at_fault.statements - first.statements) / calm
        now = (last.statements - at_fault.statements) / rough
        return each, usual, now / read if read else 1.0


def _missing(evidence: Evidence, start: float) -> int:
    """Connections that the app's pools were short of their declared bound at ``start``."""
    seen = [e for e in evidence.events if isinstance(e, BackendsSampled) and e.at <= start]
    if evidence.contract.most_sessions is None or not seen:
        return 0
    return max(0, evidence.contract.most_sessions - seen[-1].total)
