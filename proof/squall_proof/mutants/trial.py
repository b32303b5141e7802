"""The result of one outage for a mutant, or for the reference app.

A run is inconclusive and repeated if its steady state did not hold, its faults had no effect, or
the machine was overloaded. An app that cannot start or dies is a result, and counts for the gate
``app-survived``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from squall.config.profile import REFERENCE
from squall.gates.app_survived import AppSurvived
from squall.gates.registry import validity_gates
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Verdict
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import RetryPolicy

from squall_proof.mutants.mutant_gallery import Mutant

TRIES = 3
GUARDS = tuple(guard.name for guard in validity_gates())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One outage that was run."""

    outage: str
    verdict: Verdict
    failed: frozenset[str] = frozenset()
    """Gates that failed."""
    excused: frozenset[str] = frozenset()
    """Gates that failed, and prove nothing because the app was starved of CPU."""
    reasons: tuple[str, ...] = ()
    """What was wrong, one sentence for each gate."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantCase:
    """All trials of one mutant, or of the reference app if ``mutant`` is None."""

    mutant: Mutant | None
    trials: tuple[Trial, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """Its name in the matrix."""
        return REFERENCE.name if self.mutant is None else self.mutant.name

    @property
    def killers(self) -> frozenset[str]:
        """Gates that failed under one of the outages."""
        return frozenset().union(*(trial.failed for trial in self.trials))

    @property
    def verdict(self) -> Verdict:
        """Pass: each gate that the mutant names caught it (any gate, if it names none), or no
        gate failed for the reference app.
        """
        if self.mutant is None:
            worst = max((trial.verdict for trial in self.trials), key=lambda v: v.severity)
            return Verdict.FAIL if self.killers else worst
        if self.killers and self.killers >= set(self.mutant.caught_by):
            return Verdict.PASS
        conclusive = all(trial.verdict is not Verdict.INCONCLUSIVE for trial in self.trials)
        return Verdict.FAIL if conclusive and not self.own_gate_excused else Verdict.INCONCLUSIVE

    @property
    def own_gate_excused(self) -> bool:
        """Whether a gate that should catch the mutant failed on a busy machine, and nowhere
        else.
        """
        excused = frozenset[str]().union(*(trial.excused for trial in self.trials))
        meant = () if self.mutant is None else self.mutant.caught_by
        return bool((excused - self.killers).intersection(meant))

    def of_any_gate(self) -> MutantCase:
        """The same case; any gate that failed counts as meant for the mutant."""
        if self.mutant is None:
            return self
        mutant = dataclasses.replace(self.mutant, caught_by=tuple(sorted(self.killers)))
        return dataclasses.replace(self, mutant=mutant)


def trial_of(run: Run) -> Trial:
    """The trial of a run. If the app was unhealthy before the fault, nothing is known."""
    bad = [finding for finding in run.findings if finding.verdict.is_bad]
    steady = run.finding(SteadyState.name).verdict is Verdict.PASS
    failed = [finding.gate for finding in bad if finding.verdict is Verdict.FAIL]
    return Trial(
        outage=run.scenario.name,
        verdict=run.verdict if steady else Verdict.INCONCLUSIVE,
        failed=frozenset(failed if steady else ()),
        excused=frozenset(finding.gate for finding in bad if finding.excused),
        reasons=tuple(f"{finding.gate}: {finding.reason}" for finding in bad),
        seed=run.seed,
    )


def trial_of_failure(failure: LabFailure, seed: int) -> Trial:
    """The trial of a failed lab: it proves something about the app, or nothing."""
    blamed = frozenset({AppSurvived.name}) if failure.app_failed else frozenset()
    return Trial(
        outage=failure.scenario.name,
        verdict=Verdict.FAIL if blamed else Verdict.INCONCLUSIVE,
        failed=blamed,
        reasons=(failure.reason.partition("\n")[0].rstrip(":"),),
        seed=seed,
    )


def proves_something(run: Run) -> bool:
    """Whether every validity check passed and the app was not starved of CPU."""
    return not run.machine_was_busy and all(
        not run.finding(guard).verdict.is_bad for guard in GUARDS
    )


def proves_nothing(run: Run) -> bool:
    """Whether the outage must be tried again."""
    return not proves_something(run)


POLICY = RetryPolicy(
    tries=TRIES,
    proves_nothing=proves_nothing,
    repeat_alone=True,
    repeat_seed_step=1,
    labs_per_scenario=TRIES,
    app_failure_is_final=True,
    max_failed_labs=None,
    first_lab_must_start=False,
)
"""Every outage is tried up to three times: a busy machine leaves no empty cells in the matrix."""
