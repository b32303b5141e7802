"""What came of a run: evidence, findings, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.checkers.case import Diagnosis
from harness.checkers.diagnosis import diagnosed, happened
from harness.checkers.guards import SteadyState
from harness.checkers.verdict import Finding, Verdict, worst
from harness.history.evidence import Evidence
from harness.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of it."""

    scenario: Scenario
    seed: int
    engine: str
    evidence: Evidence
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; of an app that was ill without a fault, nothing is proven."""
        guard = next((one for one in self.findings if one.checker == SteadyState.name), None)
        ill = guard is not None and guard.verdict is Verdict.INCONCLUSIVE
        if ill and self.scenario.steps and self.evidence.first_injected is None:
            return Verdict.INCONCLUSIVE
        return worst(finding.verdict for finding in self.findings)

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
