"""The three figures of a run by which commits are compared: recovery, errors, p95.

Times are compared as ratios (differences of logarithms), because a slow machine makes everything
slower; shares of errors as they are. All of them are of what clients saw from the first fault on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from squall.gates.percentiles import percentile
from squall.gates.recovery_time import NEVER, RecoveryTime
from squall.gates.verdict import Verdict
from squall.runner.result import Run

NEVER_ENDED = math.inf
"""The recovery of an app that did not recover while it was watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFigure:
    """One kind of figure, and how two of its values are compared."""

    name: str
    unit: str
    """``ms``, or ``%`` for shares from 0 to 1."""
    floor: float
    """Milliseconds that are added to both times, so that 2 ms and 4 ms are nearly the same."""
    scale: float
    """What a pair of the same commit usually differs by; only the first pairs depend on it."""

    def difference(self, against: float, here: float) -> float:
        """How much more it is here: the logarithm of the ratio, or the difference of the shares."""
        if against == here:  # also where neither has recovered
            return 0.0
        if self.unit == "%":
            return here - against
        if math.isinf(against) or math.isinf(here):
            return here - against
        return math.log((here + self.floor) / (against + self.floor))

    def margin(self, share: float) -> float:
        """The difference that counts as none, for times of this share: of errors a quarter."""
        return share / 4 if self.unit == "%" else math.log1p(share)

    def in_units(self, difference: float, typical: float) -> float:
        """A difference in milliseconds, or as a share, where the value is usually ``typical``."""
        if self.unit == "%" or math.isinf(difference):
            return -math.inf if difference == -math.inf else difference
        return math.expm1(difference) * (typical + self.floor)


RECOVERY = ComparedFigure(name="recovery", unit="ms", floor=20.0, scale=0.15)
ERRORS = ComparedFigure(name="errors", unit="%", floor=0.0, scale=0.02)
P95 = ComparedFigure(name="p95", unit="ms", floor=5.0, scale=0.15)
COMPARED = (RECOVERY, ERRORS, P95)


def figures_of(run: Run) -> Mapping[str, float]:
    """The figures that a run has, by name; what it could not measure is left out."""
    ops = [*run.evidence.window("during"), *run.evidence.window("after")]
    found: dict[str, float | None] = {
        RECOVERY.name: _recovery(run),
        ERRORS.name: sum(not op.good for op in ops) / len(ops) if ops else None,
        P95.name: percentile([op.response_seconds * 1000 for op in ops], 95),
    }
    return {name: value for name, value in found.items() if value is not None}


def _recovery(run: Run) -> float | None:
    finding = next((one for one in run.findings if one.gate == RecoveryTime.name), None)
    if finding is None or finding.verdict is Verdict.INCONCLUSIVE:
        return None
    if finding.code == NEVER:
        return NEVER_ENDED
    measured = finding.figures.get("recovery_ms")
    return None if measured is None else float(measured)
