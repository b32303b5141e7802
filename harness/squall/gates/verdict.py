"""Verdicts, merged by the worst: nothing passes by accident.

``pass < inconclusive < fail``; a gate may also be ``not-judged``, which a run cannot. A gate that
crashes, a fault without a bite, too few operations: all are ``inconclusive``, and that fails CI
(Jepsen's ``checker.clj`` calls it ``:unknown``).

The facts of a gate (how severe its failure is, whether it measures time) are attributes of the gate
and copied to its findings, so that later code needs no list of gates and parses no sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Protocol

from squall.history.evidence import Evidence


class Verdict(StrEnum):
    """The verdict of a gate or of a run."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"
    NOT_JUDGED = "not-judged"
    """Of a gate only: it had nothing to judge, because nothing is declared or visible. It neither
    passes nor makes the run inconclusive.
    """

    @property
    def severity(self) -> int:
        """-1 for not-judged, 0 for pass, 1 for inconclusive, 2 for fail."""
        order = (Verdict.NOT_JUDGED, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)
        return order.index(self) - 1

    @property
    def is_bad(self) -> bool:
        """Whether the finding needs attention: neither passed nor not judged."""
        return self.severity > 0


class Severity(IntEnum):
    """How severe the failure of a gate is. Findings are sorted by it, the most severe first."""

    WRONG_DATA = 90
    """Lost, duplicated, incomplete, or not what the database holds."""
    DEAD = 80
    """The app's process ended, or did not come back."""
    STUCK = 70
    """Requests wait longer than the contract promises."""
    LEAK = 60
    """A resource was acquired and never released."""
    RECOVERY = 50
    """The outage is over, and clients are still affected."""
    OVERLOAD = 40
    """The app makes the outage worse for its database."""
    SLOW = 30
    """Answers come within the deadline, but later than possible."""
    FORM = 20
    """The answer is correct, but has the wrong form."""
    OTHER = 10
    """The gate declares no severity."""
    VALIDITY = 0
    """A gate on the run itself, which finds that nothing is proven. It fails only if the app is
    unhealthy without any fault.
    """

    @property
    def label(self) -> str:
        """The name in files: ``wrong-data``."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """The inverse of :attr:`label`. Raises KeyError."""
        return cls[label.upper().replace("-", "_")]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most severe verdict. If nothing was judged, the result is ``inconclusive``."""
    judged = [verdict for verdict in verdicts if verdict is not Verdict.NOT_JUDGED]
    return max(judged, key=lambda verdict: verdict.severity, default=Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one gate concluded."""

    gate: str
    verdict: Verdict
    reason: str
    """One sentence with the decisive figures. For people; never parsed."""
    code: str = ""
    """The kind of finding as a stable word: ``holds``, ``unproven``, the gate's name, or one of the
    gate's own codes if it distinguishes several kinds of failure.
    """
    figures: Mapping[str, float] = field(default_factory=dict)
    """Measured values by name, with units in the names."""
    ops: tuple[int, ...] = ()
    """Ids of the operations that show it, the first ten."""
    noted: bool = False
    """The gate passes, and the finding is shown anyway because you should know what was allowed."""
    configure: str = ""
    """For a gate that did not judge: the line of configuration, or the option, that lets it
    judge.
    """
    overrun: float = field(default=0.0, compare=False)
    """For a failed limit of time or of a share: the measured value divided by the limit. 0 if the
    failure is of another kind. It follows from the figures and the gate's limits.
    """
    patience: float = field(default=0.0, compare=False)
    """Seconds that the app had for what it did not do; 0: not known. It is excused only if it was
    starved of CPU for a good part of them.
    """
    in_kind: bool = field(default=False, compare=False)
    """Whether a gate that measures time found what no want of CPU explains, such as a probe that
    is answered with an error."""
    excused: bool = field(default=False, compare=False)
    """Whether it failed, and is inconclusive only because the app was starved of CPU."""
    severity: Severity = Severity.OTHER
    """Copied from the gate, like the next two fields."""
    timed: bool = False
    outlasts: bool = False


class Gate(Protocol):
    """A pure function from evidence to a finding, with its limits as frozen data.

    A class that derives from this one has the three facts below. It overrides those that differ.
    """

    severity: Severity = Severity.OTHER
    """How severe it is if this gate fails."""
    timed: bool = False
    """Whether an overloaded machine can make it fail. Lost, leaked or duplicated data is always the
    app's fault; late answers can be caused by other processes that use the CPU.
    """
    outlasts: bool = False
    """Whether its failure means that an effect of the outage remains after it, so that the next
    outage needs a new lab.
    """

    @property
    def name(self) -> str:
        """The gate's name in scenario files, for example ``recovery-time``."""

    def judge(self, evidence: Evidence) -> Finding:
        """Judge one run. No I/O, no clock."""


def judge_gate(gate: Gate, evidence: Evidence) -> Finding:
    """Judge, and turn a crash of the gate into ``inconclusive``.

    The finding gets the facts of its gate.
    """
    try:
        finding = gate.judge(evidence)
    except Exception as error:  # noqa: BLE001 - a gate that crashes proves nothing
        finding = Finding(
            gate=gate.name,
            verdict=Verdict.INCONCLUSIVE,
            reason=f"the gate itself crashed: {type(error).__name__}: {error}",
            code="gate-crashed",
        )
    return replace(finding, severity=gate.severity, timed=gate.timed, outlasts=gate.outlasts)


def sort_by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those of the most severe gates first; otherwise in their order."""
    return sorted(findings, key=lambda finding: -finding.severity)
