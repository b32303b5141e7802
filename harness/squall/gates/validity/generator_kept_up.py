"""The load was the scenario's: requests were sent on time."""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import inconclusive, passed
from squall.gates.percentiles import percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

UNSENT = "operations-unsent"
LAGGED = "generator-lagged"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorKeptUp(Gate):
    """Requests were sent on time. Otherwise response times measure the generator, not the app."""

    lag_p99_ms: float = 50.0

    name = "generator-kept-up"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Judge the generator's lag and the requests that it did not send."""
        if evidence.unsent:
            reason = f"{evidence.unsent} operations could not be sent"
            return inconclusive(self.name, reason, code=UNSENT)
        lags = [op.sent - op.intended for op in evidence.ops]
        lag = percentile(lags, 99) or max(lags, default=0.0)
        figures = {"lag_p99_ms": round(lag * 1000, 2)}
        told = f"p99 of the schedule lag {lag * 1000:.1f} ms"
        if lag * 1000 > self.lag_p99_ms:
            reason = f"the generator lagged: {told}"
            return inconclusive(self.name, reason, figures, code=LAGGED)
        return passed(self.name, told, figures)
