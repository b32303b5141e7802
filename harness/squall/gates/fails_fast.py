"""Once an outage is known, clients are refused at once instead of waiting.

injected ──▶ │ grace: it is being found out │ every refusal is quick │ healed
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import min_samples, percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

PERCENT = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class FailsFast(Gate):
    """p95 of the time to a refusal, from ``grace_ms`` after the injection, within ``p95_ms``.

    None sets no limit: in a short outage, waiting is better than refusing.
    """

    p95_ms: float | None = None
    grace_ms: float = 1000.0

    name = "fails-fast"
    severity = Severity.SLOW
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the percentile."""
        known = evidence.bounds("during")[0] + self.grace_ms / 1000
        refusals = [op for op in evidence.window("during") if not op.good and op.intended >= known]
        slow = percentile([op.response_seconds for op in refusals], PERCENT)
        if slow is None:
            told = f"{len(refusals)} refusals once the outage was known"
            need = f"; p{PERCENT} needs {min_samples(PERCENT)}"
            thin = self.p95_ms is not None and bool(refusals)
            judge = inconclusive if thin else passed
            return judge(self.name, told + need, {"refusals": len(refusals)})
        figures = {"refusals": len(refusals), "p95_ms": round(slow * 1000, 1)}
        told = f"p{PERCENT} of {len(refusals)} refusals {slow * 1000:.0f} ms"
        if self.p95_ms is not None and slow * 1000 > self.p95_ms:
            reason, overrun = f"{told}, limit {self.p95_ms:g} ms", slow * 1000 / self.p95_ms
            return failed(self.name, reason, figures, refusals, overrun=overrun)
        return passed(self.name, told, figures)
