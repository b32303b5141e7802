"""Shards of a sweep put together, as one command on one machine would have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from squall.core.errors import UsageError
from squall.reports.merge_plan import nothing_to_merge
from squall.reports.stored_sweep import read_sweep
from squall.reports.sweep_directory import DOCUMENT
from squall.scenario.sharding import MAX_SHARDS
from squall.sweeping.sweep_result import CellResult, SweepResult
from squall.sweeping.sweep_shard import SweepShard

MAX_CELLS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPart:
    """One directory that says which shard it is."""

    path: Path
    result: SweepResult
    shard: SweepShard

    @property
    def whole(self) -> tuple[object, ...]:
        """What all shards of one sweep have in common."""
        return (self.result.target, self.result.seed, self.shard.of, self.shard.settings,
                self.shard.plan)  # fmt: skip


UNLIKE = (
    "another target", "another seed", "another number of shards",
    "another app, contract, lab, limit or version of Squall",
    "other fault points, or shared out otherwise: the statements of the app differ",
)  # fmt: skip


def holds_sweep(path: Path) -> bool:
    """Whether a directory is one that ``squall sweep`` wrote."""
    return (path / DOCUMENT).is_file()


def merge_sweeps(paths: Sequence[Path]) -> SweepResult:
    """Read the shards of one sweep; nothing in the directories is executed.

    What is missing, doubled or of another sweep becomes a problem of the result.

    Raises:
        UsageError: none of them is a shard that can be read.
    """
    problems: list[str] = []
    found = list(_parts(paths, problems))
    if not found:
        raise nothing_to_merge(problems)
    whole = Counter(one.whole for one in found).most_common(1)[0][0]
    own = [one for one in found if one.whole == whole]
    for one in found:
        if one not in own:
            pairs = zip(UNLIKE, whole, one.whole, strict=True)
            why = "; ".join(text for text, mine, theirs in pairs if mine != theirs)
            problems.append(f"{one.path}: is a shard of another sweep: {why}")
    numbers = Counter(one.shard.number for one in own)
    of = own[0].shard.of
    problems += _not_once(own, numbers, of)
    used = [one for one in own if numbers[one.shard.number] == 1]
    if not used:
        raise nothing_to_merge(problems)
    return _together(used, of, problems)


def _together(used: Sequence[SweepPart], of: int, problems: list[str]) -> SweepResult:
    first = used[0]
    done: dict[str, CellResult] = {one.cell.id: one for part in used for one in part.result.results}
    planned = [one.cell for one in first.shard.plan]
    missing = [cell for cell in planned if cell not in done]
    if missing:
        problems.append(f"{len(missing)} fault points were not run, such as {missing[0]}")
    labels = {part.shard.label for part in used}
    notes = dict.fromkeys(x for part in used for x in part.result.notes if x not in labels)
    return replace(
        first.result,
        results=[done[cell] for cell in planned if cell in done],
        seconds=max(part.result.seconds for part in used),
        notes=[f"{len(used)} of {of} shards merged", *notes],
        shard=None,
        problems=problems,
    )


def _not_once(own: Sequence[SweepPart], numbers: Counter[int], of: int) -> Iterator[str]:
    for number in range(1, of + 1):
        if numbers[number] > 1:
            places = ", ".join(str(one.path) for one in own if one.shard.number == number)
            yield f"shard {number}/{of} is there {numbers[number]} times: {places}"
        elif not numbers[number]:
            yield f"shard {number}/{of} is missing"


def _parts(paths: Sequence[Path], problems: list[str]) -> Iterator[SweepPart]:
    for path in paths:
        try:
            result = read_sweep(path)
        except UsageError as error:
            problems.append(str(error))
            continue
        why = _unfit(result)
        if result.shard is None or why:
            problems.append(f"{path}: {why}")
        else:
            yield SweepPart(path=path, result=result, shard=result.shard)


def _unfit(result: SweepResult) -> str:
    """Why this is not a shard; empty when it is one."""
    shard = result.shard
    if shard is None:
        return "is not a shard: it was run without --shard"
    names = {one.cell for one in shard.plan}
    whole = 1 <= shard.number <= shard.of <= MAX_SHARDS and len(shard.plan) <= MAX_CELLS
    numbers = {one.shard for one in shard.plan}
    if not whole or len(names) != len(shard.plan) or numbers != set(range(1, shard.of + 1)):
        return "says of its shard what Squall does not write"
    ran = [one.cell.id for one in result.results]
    foreign = sorted({*ran} - {*shard.cells})
    if foreign:
        return f"has a fault point that is not of its shard: {foreign[0]}"
    return "has a fault point twice" if len(ran) != len(set(ran)) else ""
