"""The result of one run: evidence, findings, verdict, reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from squall.core.events import FaultHealed
from squall.diagnosis.diagnose import describe_outage, diagnose
from squall.diagnosis.judged_run import Diagnosis
from squall.gates.close_failure import failed_closely, note_close_failure
from squall.gates.conflicts import not_well
from squall.gates.ends_when_told import had_to_be_killed, note_earlier_kill
from squall.gates.percentiles import min_samples
from squall.gates.starvation import machine_was_busy, never_excused
from squall.gates.validity.faults_bit import NEVER_BIT
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Finding, Verdict, worst
from squall.history.evidence import Evidence
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

NOT_JUDGED = "seen, not judged:"
"""Stands before what a gate found in a run that proves nothing."""

LEAST = min_samples(95)
OVERLOADED = (429, 503)
REFUSED = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
"""Statuses that depend on the load as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFailure:
    """A lab that did not start, or broke under an outage. Nothing is proven about the app."""

    scenario: Scenario
    reason: str
    """What is still broken, and the next step."""
    again: bool = False
    """Whether the scenario was tried again in a new lab."""
    attempted: bool = True
    """Whether a lab was started for it; otherwise the suite ended before."""
    app_failed: bool = False
    """Whether the app did not start or become ready, so that the app is the cause, not the lab."""
    engine_hung: bool = False
    """Whether its engine did not answer, as a Toxiproxy that hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """Information on outages without a run, or beyond their runs."""

    broken: Sequence[LabFailure] = ()
    skipped: Sequence[Skipped] = ()


EVERYTHING_RAN = NotRun()


def without_a_run(runs: Iterable[Run], failures: Iterable[LabFailure]) -> list[LabFailure]:
    """Outages of which nothing is proven because labs failed, without duplicates."""
    ran = {run.scenario.name for run in runs}
    return list({f.scenario.name: f for f in failures if f.scenario.name not in ran}.values())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """The result of a run; true if it passed, so that ``assert squall.run(…)`` works as
    expected.
    """

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
        """The worst of the findings. An app that is unhealthy without a fault is inconclusive for
        it; one that fails without a fault fails.
        """
        if self.unhealthy_before_fault:
            return self.finding(SteadyState.name).verdict
        return worst(finding.verdict for finding in self.findings)

    @property
    def unhealthy_before_fault(self) -> bool:
        """Whether no fault was injected because the app was unhealthy without one."""
        guard = next((one for one in self.findings if one.gate == SteadyState.name), None)
        ill = guard is not None and guard.verdict is not Verdict.PASS
        return ill and bool(self.scenario.steps) and self.evidence.first_injected is None

    @property
    def ill_without_faults(self) -> bool:
        """Whether the app failed without a fault, so that every other outage would give the same
        result.
        """
        return self.unhealthy_before_fault and self.verdict is Verdict.FAIL

    @property
    def newly_refused(self) -> bool:
        """Whether it failed, and some requests were refused (4xx), of operations of which none was
        before the fault: the load may have used up what they need, such as a balance.
        """
        calm = {op.name for op in self.evidence.window("before") if op.status in REFUSED}
        since = self.evidence.first_injected
        late = [op for op in self.evidence.ops if since is not None and op.done >= since]
        return self.verdict is Verdict.FAIL and any(
            op.status in REFUSED and op.name not in calm for op in late
        )

    @property
    def had_to_be_killed(self) -> bool:
        """Whether the app did not end when it was told: it may wait for a connection that an
        outage before has taken for ever.
        """
        return had_to_be_killed(self.findings)

    @property
    def unsteady_operations(self) -> Mapping[str, str]:
        """The operations for which alone the app was not healthy before the fault, with reasons:
        they were refused, or failed with an answer.
        """
        if not self.unhealthy_before_fault or self.verdict is Verdict.FAIL:
            return {}
        bad = not_well(self.evidence.window("before"))
        counts = Counter((op.name, op.status) for op in bad)
        if any(status is None or status in OVERLOADED for _, status in counts):
            return {}
        return {
            name: f"fails without a fault, now and then: {count} x {status}"
            for (name, status), count in counts.items()
        }

    @property
    def slow_before_fault(self) -> bool:
        """Whether the app was only too slow before the fault: it answered everything well."""
        before = self.evidence.window("before")
        well = len(before) >= LEAST and not not_well(before)
        return self.unhealthy_before_fault and self.verdict is Verdict.INCONCLUSIVE and well

    def note_earlier_kill(self, earlier: Run) -> Run:
        """This run, with what ``earlier`` did not do in a lab that other outages had used."""
        return replace(self, findings=note_earlier_kill(self.findings, earlier.findings))

    def after_others(self) -> Run:
        """The same for an app that had outages before, which may be the cause."""
        findings = tuple(
            replace(one, verdict=Verdict.INCONCLUSIVE) if one.gate == SteadyState.name else one
            for one in self.findings
        )
        return replace(self, findings=findings)

    def persisted(self) -> Run:
        """The same for an app that was still unhealthy when the machine was not busy any more."""
        return replace(self, findings=never_excused(self.findings))

    @property
    def taints_lab(self) -> bool:
        """Whether the app's state may have changed, so that the next outage needs a new lab."""
        return self.unhealthy_before_fault or self.outlasted

    @property
    def outlasted(self) -> bool:
        """Whether an effect of its outage remained. What a busy machine excuses was seen all the
        same: a circuit that is open stays open.
        """
        failed = [one for one in self.findings if one.verdict is Verdict.FAIL or one.excused]
        return any(one.outlasts for one in failed)

    @property
    def machine_was_busy(self) -> bool:
        """Whether the run is inconclusive because other processes used the CPU."""
        return machine_was_busy(self.findings, self.evidence)

    @property
    def missed_by_chance(self) -> bool:
        """Whether it proves nothing only because a fault that hits some of what passes by chance
        hit nothing that was used.
        """
        bad = [finding.code for finding in self.findings if finding.verdict.is_bad]
        healed = [event for event in self.evidence.events if isinstance(event, FaultHealed)]
        idle = [self.scenario.steps[event.step] for event in healed if event.bites < 1]
        return bad == [NEVER_BIT] and all(step.picks for step in idle)

    def word_of(self, finding: Finding) -> str:
        """The gate's verdict; in a run that proves nothing, a failed gate is not a verdict."""
        unproven = self.verdict is Verdict.INCONCLUSIVE and finding.verdict is Verdict.FAIL
        return NOT_JUDGED if unproven else finding.verdict.value

    @property
    def failed_closely(self) -> bool:
        """Whether it failed only because limits were missed by less than twice."""
        return not self.unhealthy_before_fault and failed_closely(self.findings)

    def note_close_failure(self, earlier: Run, runs: int) -> Run:
        """This run, which passed, with what ``earlier`` missed closely as notes."""
        findings = note_close_failure(self.findings, earlier.findings, runs)
        return replace(self, findings=findings)

    @property
    def passed(self) -> bool:
        """Whether all gates held."""
        return self.verdict is Verdict.PASS

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Verdict of each gate, by name."""
        return {finding.gate: finding.verdict.value for finding in self.findings}

    @property
    def diagnosis(self) -> Diagnosis:
        """The reason for the verdict in one sentence, and the most likely remedy."""
        return diagnose(self.evidence, self.findings)

    @property
    def outage_description(self) -> str:
        """What was done to the app, and what its clients noticed, in one sentence."""
        return describe_outage(self.evidence)

    def finding(self, gate: str) -> Finding:
        """The finding of one gate. Raises KeyError."""
        return {finding.gate: finding for finding in self.findings}[gate]
