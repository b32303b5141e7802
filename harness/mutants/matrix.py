"""The kill matrix: every mutant under its outages, and the reference app under all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.checkers.verdict import Verdict, worst
from harness.mutants import trial
from harness.mutants.gallery import Mutant
from harness.mutants.trial import TRIES, Case
from harness.scenario.library import stock
from harness.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be tried, and who hears of it."""

    mutants: Sequence[Mutant]
    seed: int
    engine: str = "embedded"
    jobs: int = 1
    repeats: int = 1
    """How often everything is tried; a mutant must be caught every time."""
    reference: bool = True
    """Whether the reference app goes through the same outages."""
    on_case: Callable[[Case], None] = lambda _case: None

    def outages_of(self, mutant: Mutant | None) -> list[Scenario]:
        """The mutant's; for the reference app those of all mutants."""
        of_all = (name for each in self.mutants for name in each.exposed_by)
        names = set(of_all if mutant is None else mutant.exposed_by)
        return [outage for outage in stock() if outage.name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All cases of one go."""

    cases: Sequence[Case]
    seed: int
    engine: str

    @property
    def verdict(self) -> Verdict:
        """The worst."""
        return worst(case.verdict for case in self.cases)


async def measure(plan: Plan) -> Matrix:
    """Try everything in ``jobs`` labs at a time, and at the end what was unclear, alone."""
    waiting = _entries(plan)
    cases: dict[int, Case] = {}
    unclear: list[_Entry] = []
    jobs = min(plan.jobs, len(waiting))

    async def work() -> None:
        while waiting:
            entry = waiting.pop(0)
            case = await entry.tried(plan.engine, TRIES if jobs == 1 else 1)
            if case.verdict is Verdict.INCONCLUSIVE and jobs > 1:
                unclear.append(entry)
                continue
            plan.on_case(case)
            cases[entry.number] = case

    async with asyncio.TaskGroup() as group:
        for _ in range(jobs):
            group.create_task(work())
    for entry in unclear:
        case = cases[entry.number] = await entry.tried(plan.engine, TRIES)
        plan.on_case(case)
    ordered = tuple(cases[number] for number in sorted(cases))
    return Matrix(cases=ordered, seed=plan.seed, engine=plan.engine)


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    mutant: Mutant | None
    outages: Sequence[Scenario]
    seed: int

    async def tried(self, engine: str, tries: int) -> Case:
        return await trial.tried(
            self.mutant, self.outages, engine=engine, seed=self.seed, tries=tries
        )


def _entries(plan: Plan) -> list[_Entry]:
    rounds = [(round_, batch) for round_ in range(plan.repeats) for batch in _batches(plan)]
    return [
        _Entry(number, mutant, outages, plan.seed + round_ * 1000)
        for number, (round_, (mutant, outages)) in enumerate(rounds)
    ]


def _batches(plan: Plan) -> list[tuple[Mutant | None, list[Scenario]]]:
    """The long ones first: labs end together."""
    shared = plan.outages_of(None) if plan.reference else []
    parts = [shared[start :: plan.jobs] for start in range(plan.jobs)]
    mutants = [(mutant, plan.outages_of(mutant)) for mutant in plan.mutants]
    mutants.sort(key=lambda batch: -sum(outage.planned_seconds for outage in batch[1]))
    return [*((None, part) for part in parts if part), *mutants]
