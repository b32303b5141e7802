"""Shards put together: the runs, what was not judged and why, as one command would have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.core.errors import UsageError
from squall.reports.merge_plan import FoundShard, MergePlan, nothing_to_merge, plan_merge
from squall.reports.run_files import refuse_odd_files
from squall.reports.run_store import StoredRun, StoredSuite, open_suite
from squall.reports.shard_record import MergeRecord
from squall.reports.stored_reports import named, stored_not_run
from squall.runner.result import LabFailure, NotRun
from squall.scenario.selection import Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedSuite:
    """What came of all shards."""

    runs: Sequence[StoredRun]
    """In the order of the table."""
    not_run: NotRun
    record: MergeRecord
    target: str


def merge_shards(paths: Sequence[Path]) -> MergedSuite:
    """Read the shards of one check; nothing in the directories is executed.

    Raises:
        UsageError: none of them is a shard that can be read.
    """
    plan = plan_merge(paths)
    problems = list(plan.problems)
    suites = dict(_opened(plan, problems))
    if not suites:
        raise nothing_to_merge(problems)
    places = {one.scenario: place for place, one in enumerate(plan.reference.run.plan)}
    runs = [stored for suite in suites.values() for stored in suite.runs]
    runs.sort(key=lambda stored: places[stored.run.scenario.name])
    record = MergeRecord(
        of=plan.reference.of, shards=tuple(sorted(suites)), problems=tuple(problems)
    )
    target = plan.reference.run.target
    return MergedSuite(
        runs=runs, not_run=_not_run(plan, suites, places), record=record, target=target
    )


def _not_run(
    plan: MergePlan, suites: Mapping[int, StoredSuite], places: Mapping[str, int]
) -> NotRun:
    aside = [stored_not_run(suite) for suite in suites.values()]
    broken = [*(one for each in aside for one in each.broken), *_unproven(plan, suites)]
    broken.sort(key=lambda failure: places.get(failure.scenario.name, len(places)))
    return NotRun(broken=broken, skipped=_once([one for each in aside for one in each.skipped]))


def _opened(plan: MergePlan, problems: list[str]) -> Iterator[tuple[int, StoredSuite]]:
    """Each shard whose files are what was written, by its number."""
    for shard in plan.shards:
        try:
            refuse_odd_files(shard.path)
            suite = open_suite(shard.path)
            _same_outages(shard, suite)
            yield shard.record.number, suite
        except UsageError as error:
            problems.append(f"shard {shard.record.number}/{shard.record.of} is left out: {error}")


def _same_outages(shard: FoundShard, suite: StoredSuite) -> None:
    """A run is that of the outage under whose name it is listed."""
    names = [stored.run.scenario.name for stored in suite.runs]
    if set(names) - set(shard.record.outages) or len(set(names)) != len(names):
        raise UsageError(f"{shard.path}: a run in it is not the one under whose name it is listed")


def _unproven(plan: MergePlan, suites: Mapping[int, StoredSuite]) -> list[LabFailure]:
    """Planned outages that no shard says anything of."""
    known = {(number, name) for number, suite in suites.items() for name in _names(suite)}
    of = plan.reference.of
    failures = []
    for one in plan.reference.run.plan:
        if (one.shard, one.scenario) not in known:
            there = one.shard in suites
            what = "has no verdict on it" if there else "is not there, or cannot be used"
            reason = f"not run: shard {one.shard}/{of} {what}"
            failures.append(
                LabFailure(scenario=named(one.scenario), reason=reason, attempted=False)
            )
    return failures


def _names(suite: StoredSuite) -> Iterator[str]:
    yield from (stored.run.scenario.name for stored in suite.runs)
    yield from (one.scenario for one in (*suite.broken, *suite.skipped))
    yield from suite.not_judged


def _once(skipped: Sequence[Skipped]) -> list[Skipped]:
    """What was left out by choice is so in every shard; it is told once."""
    return list({one.scenario.name: one for one in skipped}.values())
