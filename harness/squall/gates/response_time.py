"""Limits for response times: absolute, or relative to the time before the fault in the same run.

Where each reply of the database is late by a known time, also for the number of round trips.

The baseline is the window before the fault, on the same machine a second earlier, never a stored
number of another machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import min_samples, percentile
from squall.gates.round_trips import many_round_trips
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Window

PERCENT = 95
MANY_TRIPS = "too-many-round-trips"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTime(Gate):
    """Limits for p95; None sets no limit."""

    during_p95_ms: float | None = None
    after_p95_ms: float | None = None
    during_times_before: float | None = None
    """p95 during the outage is at most this multiple of p95 before it."""
    after_times_before: float | None = None
    most_round_trips: int | None = None
    """Statements of one request, one after another; None sets no limit."""
    trip_ms: float = 60.0
    """By how much the outage delays each reply of the database."""

    name = "response-time"
    severity = Severity.SLOW
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the windows that were too slow."""
        return self._trips(evidence) or self._windows(evidence)

    def _trips(self, evidence: Evidence) -> Finding | None:
        """The failure of an operation that asks again and again for parts of one answer."""
        if self.most_round_trips is None:
            return None
        least = self.most_round_trips + 1
        found = many_round_trips(evidence, least, self.trip_ms / 1000)
        if found is None:
            return None
        told = (
            f"{found.name} sends {found.statements:g} statements one after another,"
            f" limit {self.most_round_trips}: it was slower by {found.extra_seconds:.1f} s"
            f" at least, where each reply came {self.trip_ms:g} ms late"
        )
        figures = {
            "statements": found.statements,
            "extra_ms": round(found.extra_seconds * 1000, 1),
        }
        return failed(self.name, told, figures, found.ops, code=MANY_TRIPS, in_kind=True)

    def _windows(self, evidence: Evidence) -> Finding:
        before = self._p95(evidence, "before")
        figures = {} if before is None else {"before_p95_ms": round(before, 1)}
        short: list[tuple[str, float]] = []
        told = []
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
            if times is not None and before is None:
                return inconclusive(self.name, _thin(evidence, "before"))
            short += _exceeded(f"p{PERCENT} {window} {slow:.0f} ms", slow, most, before, times)
        if short:
            reasons, overruns = zip(*short, strict=True)
            return failed(self.name, "; ".join(reasons), figures, overrun=max(overruns))
        return passed(self.name, f"p{PERCENT} {', '.join(told) or 'unknown'}", figures)

    @staticmethod
    def _p95(evidence: Evidence, window: Window) -> float | None:
        slow = percentile([op.response_seconds for op in evidence.window(window)], PERCENT)
        return None if slow is None else slow * 1000


def _exceeded(
    told: str, slow: float, most: float | None, before: float | None, times: float | None
) -> list[tuple[str, float]]:
    """What the limits are missed by: in words, and as the value divided by its limit."""
    found = []
    if most is not None and slow > most:
        found.append((f"{told}, limit {most:g} ms", slow / most))
    if times is not None and before is not None and slow > times * before:
        words = f"{told} is {slow / before:.1f} times the {before:.0f} ms before"
        found.append((f"{words}, limit {times:g} times", slow / (times * before)))
    return found


def _thin(evidence: Evidence, window: Window) -> str:
    count = len(evidence.window(window))
    return f"only {count} answers {window}; p{PERCENT} needs {min_samples(PERCENT)}"
