"""Which run directories are the shards of one check: what is missing, doubled or foreign is named.

Only their verdict.json is read here. The directories are not trusted: what one says of itself must
be consistent before another file of it is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.core.errors import UsageError
from squall.reports.shard_record import ShardRecord
from squall.reports.stored_verdict import VerdictFile, read_verdict
from squall.scenario.sharding import MAX_SHARDS

MAX_PLANNED = 2000
"""Outages of one check; a longer plan is none that Squall writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShard:
    """A run directory that says which shard it is."""

    path: Path
    record: ShardRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """The shards of one check."""

    reference: ShardRecord
    """One of them; what it says of the whole check, the others say, too."""
    shards: Sequence[FoundShard]
    """By number, each once."""
    problems: Sequence[str]


def plan_merge(paths: Sequence[Path]) -> MergePlan:
    """Sort out the directories.

    Raises:
        UsageError: none of them is a shard.
    """
    problems: list[str] = []
    found = list(_shards(paths, problems))
    if not found:
        raise nothing_to_merge(problems)
    kinds = Counter((one.record.of, one.record.run) for one in found)
    of, run = kinds.most_common(1)[0][0]
    own = [one for one in found if (one.record.of, one.record.run) == (of, run)]
    reference = own[0].record
    for one in found:
        if one not in own:
            why = "; ".join(run.differences(one.record.run)) or f"one of {one.record.of}, not {of}"
            problems.append(f"{one.path}: is a shard of another check: {why}")
    numbers = Counter(one.record.number for one in own)
    problems += _not_once(own, numbers, of)
    once = [one for one in own if numbers[one.record.number] == 1]
    once.sort(key=lambda one: one.record.number)
    return MergePlan(reference=reference, shards=once, problems=problems)


def _not_once(own: Sequence[FoundShard], numbers: Counter[int], of: int) -> Iterator[str]:
    for number in range(1, of + 1):
        if numbers[number] > 1:
            places = ", ".join(str(one.path) for one in own if one.record.number == number)
            yield f"shard {number}/{of} is there {numbers[number]} times: {places}"
        elif not numbers[number]:
            yield f"shard {number}/{of} is missing"


def nothing_to_merge(problems: Sequence[str]) -> UsageError:
    """The error when no shard is left."""
    return UsageError("nothing can be merged:\n" + "\n".join(f"  {each}" for each in problems))


def _shards(paths: Sequence[Path], problems: list[str]) -> Iterator[FoundShard]:
    for path in paths:
        try:
            summary = read_verdict(path / "verdict.json")
        except UsageError as error:
            problems.append(str(error))
            continue
        why = _unfit(summary)
        if summary.shard is None or why:
            problems.append(f"{path}: {why}")
        else:
            yield FoundShard(path=path, record=summary.shard)


def _unfit(summary: VerdictFile) -> str:
    """Why this is not a shard; empty when it is one."""
    record = summary.shard
    if record is None:
        return "is not a shard: it was run without --shard"
    plan = record.run.plan
    names = {one.scenario for one in plan}
    numbers = {one.shard for one in plan}
    whole = 1 <= record.number <= record.of <= MAX_SHARDS and len(plan) <= MAX_PLANNED
    if not whole or len(names) != len(plan) or numbers != set(range(1, record.of + 1)):
        return "says of its shard what Squall does not write"
    ran = [one.scenario for one in summary.outages]
    foreign = sorted({*ran} - {*record.outages})
    if foreign:
        return f"has an outage that is not of its shard: {foreign[0]}"
    return "has an outage twice" if len(ran) != len(set(ran)) else ""
