"""The share of successful answers in each window. The limit during an outage may be lower."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from squall.core.errors import UsageError
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Window

TOO_FEW_DURING = "too-few-good-answers-during"
TOO_FEW_AFTER = "too-few-good-answers-after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability(Gate):
    """Minimum share of successful answers, from 0 to 1; None sets no limit for a window."""

    during_min: float | None = None
    after_min: float | None = None

    name = "availability"
    severity = Severity.RECOVERY
    timed = True

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        for field, value in (("during_min", self.during_min), ("after_min", self.after_min)):
            if value is not None and not 0 <= value <= 1:
                raise UsageError(f"gate {self.name}: {field} must be from 0 to 1, got {value!r}")

    def _limits(self) -> tuple[tuple[Window, float | None], ...]:
        return ("during", self.during_min), ("after", self.after_min)

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the windows that are below their limit."""
        figures: dict[str, float] = {}
        short, told, overrun = [], [], 0.0
        for window, least in self._limits():
            ops = evidence.window(window)
            if not ops and least is not None:
                return inconclusive(self.name, f"there was no operation {window} the outage")
            if not ops:
                continue
            share = sum(op.good for op in ops) / len(ops)
            figures[f"{window}_share"] = round(share, 4)
            told.append(f"{share:.1%} of {len(ops)} {window}")
            if least is not None:
                figures[f"{window}_min"] = least
            if least is not None and share < least:
                short.append(
                    f"{window} the outage {share:.1%} of {len(ops)} were good, not {least:.0%}"
                )
                overrun = max(overrun, (1 - share) / (1 - least) if least < 1 else math.inf)
        if short:
            code = TOO_FEW_AFTER if is_short(figures, "after") else TOO_FEW_DURING
            return failed(self.name, "; ".join(short), figures, code=code, overrun=overrun)
        return passed(self.name, "good answers: " + ", ".join(told), figures)


def is_short(figures: Mapping[str, float], window: Window) -> bool:
    """Whether a window of a finding had fewer successful answers than its limit."""
    least = figures.get(f"{window}_min")
    return least is not None and figures[f"{window}_share"] < least
