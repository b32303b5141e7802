"""The share of good answers in each window; less may be promised during an outage than after."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.core.errors import UsageError
from harness.history.evidence import Evidence, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Least share of good answers, from 0 to 1; None asks nothing of a window."""

    during_min: float | None = None
    after_min: float | None = 0.9

    name = "availability"

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        for field, value in (("during_min", self.during_min), ("after_min", self.after_min)):
            if value is not None and not 0 <= value <= 1:
                raise UsageError(f"gate {self.name}: {field} must be from 0 to 1, got {value!r}")

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the windows that fell short."""
        limits: tuple[tuple[Window, float | None], ...] = (
            ("during", self.during_min),
            ("after", self.after_min),
        )
        figures, short, told = {}, [], []
        for window, least in limits:
            ops = evidence.window(window)
            if not ops:
                if least is not None:
                    return inconclusive(self.name, f"there was no operation {window} the outage")
                continue
            share = sum(op.good for op in ops) / len(ops)
            figures[f"{window}_share"] = round(share, 4)
            told.append(f"{share:.1%} of {len(ops)} {window}")
            if least is not None and share < least:
                short.append(
                    f"{window} the outage {share:.1%} of {len(ops)} were good, not {least:.0%}"
                )
        if short:
            return failed(self.name, "; ".join(short), figures)
        return passed(self.name, "good answers: " + ", ".join(told), figures)
