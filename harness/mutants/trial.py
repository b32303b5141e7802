"""One mutant, or the reference app, under its outages, in a lab of its own.

What the one before broke, its tables included, is gone with its lab. A run whose steady state did
not hold, whose faults did not bite, or for which the machine was too busy, says nothing: it is done
again. An app that cannot start or dies is a result, and counts for the checker ``app-survived``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.checkers.app_survived import AppSurvived
from harness.checkers.catalogue import guards
from harness.checkers.guards import SteadyState
from harness.checkers.verdict import Verdict
from harness.core import events
from harness.core.errors import AppFailed, LabError
from harness.mutants.gallery import Mutant
from harness.scenario.lab import lab
from harness.scenario.lab_options import LabOptions
from harness.scenario.model import Scenario
from harness.scenario.profile import REFERENCE
from harness.scenario.runner import Run, Runner

TRIES = 3
GUARDS = tuple(guard.name for guard in guards())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One outage that was gone through."""

    outage: str
    verdict: Verdict
    failed: frozenset[str] = frozenset()
    """Checkers that said ``fail``."""
    reasons: tuple[str, ...] = ()
    """What was wrong, one sentence a checker."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All trials of one mutant; of the reference app if ``mutant`` is None."""

    mutant: Mutant | None
    trials: tuple[Trial, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """What the matrix calls it."""
        return REFERENCE.name if self.mutant is None else self.mutant.name

    @property
    def killers(self) -> frozenset[str]:
        """Checkers that failed under one of the outages."""
        return frozenset().union(*(trial.failed for trial in self.trials))

    @property
    def verdict(self) -> Verdict:
        """Pass: the mutant was caught by each checker that it names, the reference by none."""
        if self.mutant is None:
            worst = max((trial.verdict for trial in self.trials), key=lambda v: v.severity)
            return Verdict.FAIL if self.killers else worst
        if self.killers >= set(self.mutant.caught_by):
            return Verdict.PASS
        conclusive = all(trial.verdict is not Verdict.INCONCLUSIVE for trial in self.trials)
        return Verdict.FAIL if conclusive else Verdict.INCONCLUSIVE


async def tried(
    mutant: Mutant | None,
    outages: Sequence[Scenario],
    *,
    engine: str,
    seed: int,
    tries: int = TRIES,
) -> Case:
    """Every outage once, in one lab as long as it lasts; at most ``tries`` times."""
    waiting = list(outages)
    trials: dict[str, Trial] = {}
    for attempt in range(tries):
        again = await _round(mutant, waiting, engine, seed + attempt, trials)
        waiting = [outage for outage in waiting if outage.name in again]
        if not waiting:
            break
    return Case(mutant=mutant, trials=tuple(trials[outage.name] for outage in outages))


async def _round(
    mutant: Mutant | None,
    outages: Sequence[Scenario],
    engine: str,
    seed: int,
    trials: dict[str, Trial],
) -> set[str]:
    """Fill ``trials``; the names of the outages that must be tried again."""
    profile = REFERENCE if mutant is None else mutant.profile()
    again: set[str] = set()
    current = outages[0]
    try:
        async with lab(LabOptions(profile=profile, engine=engine, seed=seed)) as running:
            for outage in outages:
                current = outage
                run = await Runner(running).run(outage, seed=seed, listener=_deaf)
                trials[outage.name] = trial_of(run)
                if not proves_something(run):
                    again.add(outage.name)
    except LabError as error:
        trials[current.name] = trouble_of(current, error, seed)
        if not trials[current.name].failed:
            again.add(current.name)
        rest = outages[outages.index(current) + 1 :]
        again |= await _round(mutant, rest, engine, seed, trials) if rest else set()
    return again


def trial_of(run: Run) -> Trial:
    """What came of a run. Of an app that was not well before the fault, nothing is known."""
    bad = [finding for finding in run.findings if finding.verdict is not Verdict.PASS]
    steady = run.finding(SteadyState.name).verdict is Verdict.PASS
    failed = [finding.checker for finding in bad if finding.verdict is Verdict.FAIL]
    return Trial(
        outage=run.scenario.name,
        verdict=run.verdict if steady else Verdict.INCONCLUSIVE,
        failed=frozenset(failed if steady else ()),
        reasons=tuple(f"{finding.checker}: {finding.reason}" for finding in bad),
        seed=run.seed,
    )


def trouble_of(outage: Scenario, error: LabError, seed: int) -> Trial:
    """What a broken lab tells: of the app, or nothing."""
    told = str(error).partition("\n")[0].rstrip(":")
    blamed = frozenset({AppSurvived.name}) if isinstance(error, AppFailed) else frozenset()
    return Trial(
        outage=outage.name,
        verdict=Verdict.FAIL if blamed else Verdict.INCONCLUSIVE,
        failed=blamed,
        reasons=(told,),
        seed=seed,
    )


def proves_something(run: Run) -> bool:
    """Whether every guard was content, and the processors were there for us."""
    return not run.machine_was_busy and all(
        run.finding(guard).verdict is Verdict.PASS for guard in GUARDS
    )


def _deaf(_event: events.Event) -> None:
    """Nobody watches live."""
