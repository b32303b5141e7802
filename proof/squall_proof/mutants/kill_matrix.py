"""The kill matrix: every mutant under its outages, and the reference app under all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from squall.config.profile import REFERENCE
from squall.config.reference_services import WITH_SERVICES
from squall.gates.verdict import Verdict, worst
from squall.lab.lab_options import LabOptions
from squall.runner.result import LabFailure
from squall.runner.suite import Suite
from squall.runner.suite_events import (
    LabFailed,
    ScenarioFinished,
    ScenarioSkipped,
    SuiteEvent,
    SuiteGroup,
)
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies

from squall_proof.mutants.mutant_gallery import Mutant
from squall_proof.mutants.trial import POLICY, MutantCase, Trial, trial_of, trial_of_failure

SEEDS_PER_ROUND = 1000
"""Far more than the repeats of a run use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantPlan:
    """What to run, and who receives the progress."""

    mutants: Sequence[Mutant]
    seed: int
    engine: str = "embedded"
    jobs: int = 1
    repeats: int = 1
    """How often everything is run. A mutant must be caught every time."""
    reference: bool = True
    """Whether the reference app runs the same outages."""
    whole: bool = False
    """Whether survivors run every other stock outage, too. Then any gate that fails catches."""
    on_case: Callable[[MutantCase], None] = lambda _case: None

    def outages_of(self, mutant: Mutant | None) -> list[Scenario]:
        """The outages of the mutant; for the reference app, those of all mutants."""
        of_all = (name for each in self.mutants for name in each.exposed_by)
        names = set(of_all if mutant is None else mutant.exposed_by)
        return [outage.strict() for outage in stock() if outage.name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class KillMatrix:
    """All cases of one run of the matrix."""

    cases: Sequence[MutantCase]
    seed: int
    engine: str

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        return worst(case.verdict for case in self.cases)


async def measure(plan: MutantPlan) -> KillMatrix:
    """Run everything in ``jobs`` labs at a time; at the end repeat inconclusive runs alone, and
    mutants whose own gate a busy machine has kept from judging.
    """
    batches = _batches(plan)
    await _run(plan, batches)
    if again := [one for one in batches if one.case().own_gate_excused]:
        for batch in again:
            batch.trials.clear()
        await _run(dataclasses.replace(plan, jobs=1), again)
    cases = [batch.case() for batch in batches]
    if plan.whole:
        cases = await _with_every_outage(plan, batches)
    return KillMatrix(cases=tuple(cases), seed=plan.seed, engine=plan.engine)


async def _run(plan: MutantPlan, batches: Sequence[_Batch]) -> None:
    groups = [batch.group for batch in batches]
    suite = Suite(groups, jobs=plan.jobs, policy=POLICY, listeners=[_Cases(batches, plan.on_case)])
    await suite.run()


async def _with_every_outage(plan: MutantPlan, batches: Sequence[_Batch]) -> list[MutantCase]:
    """The cases, with the rest of the library for those that no gate has caught."""
    first = {batch.group.key: batch.case().of_any_gate() for batch in batches}
    survivors = [batch for batch in batches if batch.mutant and not first[batch.group.key].killers]
    more = [_with_the_rest(plan, batch) for batch in survivors]
    await _run(plan, more)
    for batch in more:
        first[batch.group.key] = batch.case().of_any_gate()
    return list(first.values())


def _with_the_rest(plan: MutantPlan, batch: _Batch) -> _Batch:
    """The same app with the outages that it has not been through."""
    done = {outage.name for outage in batch.group.scenarios}
    known = for_dependencies(stock(), batch.group.options.profile.surroundings)
    left = [outage.strict() for outage in known if outage.name not in done]
    group = dataclasses.replace(batch.group, scenarios=left, max_labs=plan.jobs)
    return _Batch(batch.mutant, group)


@dataclass(slots=True)
class _Batch:
    """One mutant, or the reference app, with its outages."""

    mutant: Mutant | None
    group: SuiteGroup
    trials: dict[str, Trial] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return len(self.trials) == len(self.group.scenarios)

    def case(self) -> MutantCase:
        outages = [outage.name for outage in self.group.scenarios]
        return MutantCase(mutant=self.mutant, trials=tuple(self.trials[name] for name in outages))


class _Cases:
    """A listener that turns the suite's events into cases."""

    def __init__(self, batches: Sequence[_Batch], on_case: Callable[[MutantCase], None]) -> None:
        self._batches = {batch.group.key: batch for batch in batches}
        self._on_case = on_case

    def __call__(self, event: SuiteEvent) -> None:
        match event:
            case ScenarioFinished():
                self._add(event.group, trial_of(event.run))
            case LabFailed(failure=failure) if not failure.again:
                self._add(event.group, trial_of_failure(failure, event.group.options.seed))
            case ScenarioSkipped(group=SuiteGroup() as group, skipped=left):
                unproven = LabFailure(scenario=left.scenario, reason=left.reason)
                self._add(group, trial_of_failure(unproven, group.options.seed))

    def _add(self, group: SuiteGroup, trial: Trial) -> None:
        batch = self._batches[group.key]
        batch.trials[trial.outage] = trial
        if batch.complete:
            self._on_case(batch.case())


def _batches(plan: MutantPlan) -> list[_Batch]:
    """The long ones first, so that labs end at the same time; the reference app is split
    among all.
    """
    apps: list[Mutant | None] = sorted(
        plan.mutants, key=lambda one: -sum(each.planned_seconds for each in plan.outages_of(one))
    )
    if plan.reference:
        apps.insert(0, None)
    return [_batch(plan, app, round_) for round_ in range(plan.repeats) for app in apps]


def _batch(plan: MutantPlan, mutant: Mutant | None, round_: int) -> _Batch:
    with_services = any(one.uses_services for one in plan.mutants)
    sound = WITH_SERVICES if with_services else REFERENCE
    profile = sound if mutant is None else mutant.profile()
    seed = plan.seed + round_ * SEEDS_PER_ROUND
    group = SuiteGroup(
        scenarios=plan.outages_of(mutant),
        options=LabOptions(profile=profile, engine=plan.engine, seed=seed),
        key=f"{round_}/{profile.app}",
        max_labs=plan.jobs if mutant is None else 1,
    )
    return _Batch(mutant, group)
