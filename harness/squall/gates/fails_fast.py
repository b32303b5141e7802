"""Once an outage is known, clients are refused at once instead of waiting.

injected ──▶ │ grace: it is being found out │ every refusal is quick │ healed

Where an attempt to connect takes its time, one request may be the circuit's trial, and is late. If
most wait for it, the trial is for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import min_samples, percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

PERCENT = 95
MOST = 75
"""Percent of the refusals that have no part in a trial, with a good margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailsFast(Gate):
    """p95 of the time to a refusal, from ``grace_ms`` after the injection, within ``p95_ms``, and
    three of four within ``most_ms``.

    None sets no limit: in a short outage, waiting is better than refusing.
    """

    p95_ms: float | None = None
    most_ms: float | None = None
    """Limit for three of four refusals: the others may be trials."""
    grace_ms: float = 1000.0

    name = "fails-fast"
    severity = Severity.SLOW
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the percentile."""
        known = evidence.bounds("during")[0] + self.grace_ms / 1000
        refusals = [op for op in evidence.window("during") if not op.good and op.intended >= known]
        seconds = [op.response_seconds for op in refusals]
        slow, most = percentile(seconds, PERCENT), percentile(seconds, MOST)
        if slow is None or most is None:
            told = f"{len(refusals)} refusals once the outage was known"
            need = f"; p{PERCENT} needs {min_samples(PERCENT)}"
            limited = self.p95_ms is not None or self.most_ms is not None
            thin = limited and bool(refusals)
            judge = inconclusive if thin else passed
            return judge(self.name, told + need, {"refusals": len(refusals)})
        figures = {"refusals": len(refusals), "p95_ms": round(slow * 1000, 1)}
        told = f"p{PERCENT} of {len(refusals)} refusals {slow * 1000:.0f} ms"
        if self.p95_ms is not None and slow * 1000 > self.p95_ms:
            reason, overrun = f"{told}, limit {self.p95_ms:g} ms", slow * 1000 / self.p95_ms
            return failed(self.name, reason, figures, refusals, overrun=overrun)
        if self.most_ms is not None and most * 1000 > self.most_ms:
            figures["most_ms"] = round(most * 1000, 1)
            told = f"p{MOST} of {len(refusals)} refusals {most * 1000:.0f} ms"
            reason, overrun = f"{told}, limit {self.most_ms:g} ms", most * 1000 / self.most_ms
            return failed(self.name, reason, figures, refusals, overrun=overrun)
        return passed(self.name, told, figures)
