"""Three-valued verdicts, merged by the worst: nothing is green by accident.

``pass < inconclusive < fail``. A checker that crashes, a fault that did not bite, too few
operations: all are ``inconclusive``, and that fails CI (Jepsen's ``checker.clj`` calls it
``:unknown``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from harness.history.evidence import Evidence


class Verdict(StrEnum):
    """What a judge says."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"

    @property
    def severity(self) -> int:
        """0 for pass, 1 for inconclusive, 2 for fail."""
        return (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most severe verdict; of nothing, nothing is known: ``inconclusive``."""
    return max(verdicts, key=lambda verdict: verdict.severity, default=Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one checker concluded."""

    checker: str
    verdict: Verdict
    reason: str
    """One sentence with the numbers that decided."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """Measured values by name, units in the names."""
    ops: tuple[int, ...] = ()
    """Ids of the operations that show it, the first ten."""
    noted: bool = False
    """It passes, and is shown all the same: the gate allows what a person has to know."""


class Checker(Protocol):
    """A pure function from evidence to a finding, with its gate as frozen data."""

    @property
    def name(self) -> str:
        """The gate's name in scenario files, for example ``recovery-time``."""

    def judge(self, evidence: Evidence) -> Finding:
        """Judge one run; no I/O, no clock."""


def judged(checker: Checker, evidence: Evidence) -> Finding:
    """Judge, and turn a crash of the checker into ``inconclusive``: it proves nothing."""
    try:
        return checker.judge(evidence)
    except Exception as error:  # noqa: BLE001 - whatever a judge stumbles over, the run is not proven
        return Finding(
            checker=checker.name,
            verdict=Verdict.INCONCLUSIVE,
            reason=f"the checker itself crashed: {type(error).__name__}: {error}",
        )
