"""Retries do not become the outage of an HTTP upstream: its load stays in proportion.

    each  = requests that reached the stand-in / requests of the load, from the fault to the heal,
            or to the end of the load, whichever is more
    usual = the same before the fault, at least 1

An upstream that is overloaded stays so while each of its clients repeats what it refuses. Four
attempts for each request are a bounded retry; a loop until the deadline is a storm. Counted at the
stand-in, so what a network fault keeps away from it does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import UpstreamLoad
from squall.gates.findings import failed, not_judged, passed
from squall.gates.upstream_loads import upstream_loads
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

NO_STAND_IN = "no stand-in of an HTTP server counted requests before and since the fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRetryStorm(Gate):
    """At most ``requests_times`` the upstream's requests for each request of the load."""

    requests_times: float = 4.5
    least_requests: int = 40

    name = "upstream-retry-storm"
    severity = Severity.OVERLOAD

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the upstream that got most more."""
        loads = upstream_loads(evidence).items()
        judged = [one for name, each in loads if (one := self._counted(evidence, name, each))]
        if not judged:
            return not_judged(self.name, NO_STAND_IN)
        times, each, usual, name, unknown = max(judged)
        figures = {"requests_each": round(each, 2), "requests_each_before": round(usual, 2)}
        told = (
            f"{name}: {each:.2f} requests for each of the load since the fault, {usual:.2f} before"
        )
        if unknown:
            told += f"; {unknown} without a declared answer"
        if times > self.requests_times:
            return failed(self.name, f"{told} (limit {self.requests_times:g} times)", figures)
        return passed(self.name, told, figures)

    def _counted(
        self, evidence: Evidence, name: str, loads: list[UpstreamLoad]
    ) -> tuple[float, float, float, str, int] | None:
        """Amplification, requests for each of the load since the fault and before it, the name and
        the number without an answer; None if too little is known.
        """
        start = evidence.bounds("before")[1]
        before = [load for load in loads if load.at <= start]
        after = [load for load in loads if load.at > start]
        if len(before) < 2 or not after:  # noqa: PLR2004 - a rate needs two readings
            return None
        first, at_fault, last = before[0], before[-1], after[-1]
        calm = _sent(evidence, first, at_fault)
        in_force = [load for load in after if load.at <= evidence.bounds("after")[0]]
        ends = [end for end in (last, *in_force[-1:])
                if _sent(evidence, at_fault, end) >= self.least_requests]  # fmt: skip
        if calm < self.least_requests / 2 or not ends:
            return None
        usual = (at_fault.requests - first.requests) / calm
        each = max(
            (end.requests - at_fault.requests) / _sent(evidence, at_fault, end) for end in ends
        )
        # An upstream behind a cache is asked less than once a request; a miss is not a retry.
        return each / max(1.0, usual), each, usual, name, last.unknown - first.unknown


def _sent(evidence: Evidence, since: UpstreamLoad, until: UpstreamLoad) -> int:
    """Requests of the load between two readings."""
    return sum(since.at < op.sent <= until.at for op in evidence.ops)
