"""Limits for response times: absolute, or relative to the time before the fault in the same run.

The baseline is the window before the fault, on the same machine a second earlier, never a stored
number of another machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import min_samples, percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Window

PERCENT = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTime(Gate):
    """Limits for p95; None sets no limit."""

    during_p95_ms: float | None = None
    after_p95_ms: float | None = None
    during_times_before: float | None = None
    """p95 during the outage is at most this multiple of p95 before it."""
    after_times_before: float | None = None

    name = "response-time"
    severity = Severity.SLOW
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the windows that were too slow."""
        before = self._p95(evidence, "before")
        figures = {} if before is None else {"before_p95_ms": round(before, 1)}
        short, told, overrun = [], [], 0.0
        windows: tuple[tuple[Window, float | None, float | None], ...] = (
            ("during", self.during_p95_ms, self.during_times_before),
            ("after", self.after_p95_ms, self.after_times_before),
        )
        for window, most, times in windows:
            slow = self._p95(evidence, window)
            if slow is None:
                if most is not None or times is not None:
                    return inconclusive(self.name, _thin(evidence, window))
                continue
            figures[f"{window}_p95_ms"] = round(slow, 1)
            told.append(f"{slow:.0f} ms {window}")
            if most is not None and slow > most:
                short.append(f"p{PERCENT} {window} {slow:.0f} ms, limit {most:g} ms")
                overrun = max(overrun, slow / most)
            if times is not None:
                if before is None:
                    return inconclusive(self.name, _thin(evidence, "before"))
                if slow > times * before:
                    short.append(
                        f"p{PERCENT} {window} {slow:.0f} ms is {slow / before:.1f} times the"
                        f" {before:.0f} ms before, limit {times:g} times"
                    )
                    overrun = max(overrun, slow / (times * before))
        if short:
            return failed(self.name, "; ".join(short), figures, overrun=overrun)
        return passed(self.name, f"p{PERCENT} {', '.join(told) or 'unknown'}", figures)

    @staticmethod
    def _p95(evidence: Evidence, window: Window) -> float | None:
        slow = percentile([op.response_seconds for op in evidence.window(window)], PERCENT)
        return None if slow is None else slow * 1000


def _thin(evidence: Evidence, window: Window) -> str:
    count = len(evidence.window(window))
    return f"only {count} answers {window}; p{PERCENT} needs {min_samples(PERCENT)}"
