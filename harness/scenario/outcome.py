"""One run of one scenario, as everything after it sees it: evidence, findings, verdict, reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.checkers.case import Diagnosis
from harness.checkers.diagnosis import diagnosed, happened
from harness.checkers.guards import SteadyState
from harness.checkers.starvation import machine_was_busy
from harness.checkers.verdict import Finding, Verdict, worst
from harness.history.evidence import Evidence
from harness.scenario.model import Scenario

OUTLASTING = frozenset({"app-survived", "connection-leaks", "health-probes", "recovery-time"})
"""Gates that fail when something of the outage is still there after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An outage after which its lab was not whole: of the app, nothing is proven."""

    scenario: Scenario
    reason: str
    """What is left broken, and the next step."""
    again: bool = False
    """Whether it was tried once more, in a new lab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An outage that was not run: by somebody's choice, or since this lab cannot do it."""

    scenario: Scenario
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Outages of which there is more to tell than runs, or no run at all."""

    broken: Sequence[Broken] = ()
    skipped: Sequence[Skipped] = ()


NOTHING_ASIDE = Aside()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """What came of it; true when it passed, so that ``assert squall.run(…)`` says what it means."""

    scenario: Scenario
    seed: int
    engine: str
    evidence: Evidence
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        """One line for tracebacks and assertions: the evidence has thousands of operations."""
        why = "" if self.passed else f": {self.diagnosis.reason}"
        return f"<Run {self.scenario.name} seed {self.seed}: {self.verdict.value}{why}>"

    def __bool__(self) -> bool:
        """Whether it passed."""
        return self.passed

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; of an app that was ill without a fault, nothing is proven."""
        if self.ill_before:
            return Verdict.INCONCLUSIVE
        return worst(finding.verdict for finding in self.findings)

    @property
    def ill_before(self) -> bool:
        """Whether no fault was injected, since the app was not well without one."""
        guard = next((one for one in self.findings if one.checker == SteadyState.name), None)
        ill = guard is not None and guard.verdict is Verdict.INCONCLUSIVE
        return ill and bool(self.scenario.steps) and self.evidence.first_injected is None

    @property
    def spends_its_lab(self) -> bool:
        """Whether the app may not be what it was: the next outage needs a new lab."""
        failed = {one.checker for one in self.findings if one.verdict is Verdict.FAIL}
        return self.ill_before or bool(failed & OUTLASTING)

    @property
    def machine_was_busy(self) -> bool:
        """Whether nothing is proven because others had the processors."""
        return machine_was_busy(self.findings, self.evidence)

    @property
    def passed(self) -> bool:
        """Whether every judge is content."""
        return self.verdict is Verdict.PASS

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Verdict of each checker, by name."""
        return {finding.checker: finding.verdict.value for finding in self.findings}

    @property
    def diagnosis(self) -> Diagnosis:
        """Why it went so, in one sentence, and what most likely helps."""
        return diagnosed(self.evidence, self.findings)

    @property
    def happened(self) -> str:
        """What was done to the app, and what its callers saw of it, in one sentence."""
        return happened(self.evidence)

    def finding(self, checker: str) -> Finding:
        """What one checker said; KeyError."""
        return {finding.checker: finding for finding in self.findings}[checker]


def overall(runs: Iterable[Run], *, left_out: int) -> Verdict:
    """The worst of all; an outage that has no run leaves the whole unproven."""
    said = [run.verdict for run in runs]
    return worst([*said, Verdict.INCONCLUSIVE] if left_out else said)
