"""Decide whether the result of two concurrent requests could come from running them one by one.

The net change of the rows and both answers are compared, without values that differ between two
repeats of the same order: numbers from sequences, times, keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall.history.op import Outcome
from squall.lab.wal import Row, RowChange
from squall.sweeping.client import ReceivedAnswer

NetRow = tuple[str, tuple[tuple[str, str | None], ...]]
Column = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The result of a run of one or two requests."""

    changes: tuple[RowChange, ...]
    answers: tuple[ReceivedAnswer | None, ReceivedAnswer | None]
    """Of A and of B; None if it was not sent."""


@dataclass(frozen=True, slots=True)
class Volatile:
    """Values that differ between repeats."""

    columns: frozenset[Column]
    paths: frozenset[tuple[int, str]]
    """In answers: 0 for A or 1 for B, and the path in the JSON."""


@dataclass(frozen=True, slots=True)
class SerialRuns:
    """The four runs without a race, normalised: A alone, B alone, A then B, B then A."""

    volatile: Volatile
    runs: Mapping[str, Outcomes]

    def explanation(self, seen: Outcomes, *, cut: bool = False) -> str:
        """The serial order that explains a race; empty if none does.

        ``cut``: A lost its connection, so it may not know whether its work was stored. An answer
        whose outcome is unknown says the same; it may be of either kind.
        """
        first, second = seen.answers
        doubtful = (cut or _is_unknown(first), _is_unknown(second))
        certain = tuple(which for which in (0, 1) if not doubtful[which])
        for name in ("A then B", "B then A"):
            if self._same(seen, self.runs[name], answers=certain):
                return name
        if _refused(first) and self._alone(seen, "B", None if doubtful[1] else 1):
            return "B; A was refused"
        if (_refused(first) or cut) and self._second_went_around(seen):
            return "B, around what A had locked; A was undone"
        if _refused(second) and self._alone(seen, "A", None if doubtful[0] else 0):
            return "A; B was refused"
        if _refused(first) and _refused(second) and not self.net(seen):
            return "neither; both were refused"
        return ""

    def _alone(self, seen: Outcomes, name: str, answer: int | None) -> bool:
        """Whether only this request has an effect, and its answer, if certain, says so."""
        same = answer is None or self._same_answer(seen, self.runs[name], answer)
        return same and self._same_rows(seen, self.runs[name])

    def _second_went_around(self, seen: Outcomes) -> bool:
        """B has the effect that it has after A, as with SKIP LOCKED, and A has none."""
        behind = self.runs["A then B"]
        wanted = self.net(behind)
        wanted.subtract(self.net(self.runs["A"]))
        rows = Counter({row: count for row, count in wanted.items() if count})
        return self.net(seen) == rows and self._same_answer(seen, behind, 1)

    def net(self, seen: Outcomes) -> Counter[NetRow]:
        """The rows that were added (positive) and removed (negative)."""
        found: Counter[NetRow] = Counter()
        for change in seen.changes:
            if change.old:
                found[self._row(change.table, change.old)] -= 1
            if change.new:
                found[self._row(change.table, change.new)] += 1
        return Counter({row: count for row, count in found.items() if count})

    def _row(self, table: str, row: Row) -> NetRow:
        kept = {name: v for name, v in row.items() if (table, name) not in self.volatile.columns}
        return (table, tuple(sorted(kept.items())))

    def _same(self, seen: Outcomes, serial: Outcomes, *, answers: tuple[int, ...]) -> bool:
        both = all(self._same_answer(seen, serial, which) for which in answers)
        return both and self._same_rows(seen, serial)

    def _same_rows(self, seen: Outcomes, serial: Outcomes) -> bool:
        return self.net(seen) == self.net(serial)

    def _same_answer(self, seen: Outcomes, serial: Outcomes, which: int) -> bool:
        mine, theirs = seen.answers[which], serial.answers[which]
        if mine is None or theirs is None or mine.status is None:
            return mine is None or mine.status is None  # a lost answer may be any answer
        if mine.status != theirs.status:
            return False
        return not mine.good or self._shown(mine, which) == self._shown(theirs, which)

    def _shown(self, answer: ReceivedAnswer, which: int) -> dict[str, Any]:
        found = dict(leaves(answer.value))
        return {p: v for p, v in found.items() if (which, p) not in self.volatile.paths}


def learn(repeats: Mapping[str, Sequence[Outcomes]]) -> SerialRuns:
    """Values that differ between repeats of one order count as volatile in all orders."""
    columns: set[Column] = set()
    paths: set[tuple[int, str]] = set()
    for runs in repeats.values():
        first, *others = runs
        for other in others:
            columns |= _differing_columns(first, other)
            paths |= set(_differing_paths(first, other))
    volatile = Volatile(frozenset(columns), frozenset(paths))
    return SerialRuns(volatile, {name: runs[0] for name, runs in repeats.items()})


def _differing_columns(one: Outcomes, other: Outcomes) -> set[Column]:
    mine, theirs = _values(one), _values(other)
    return {
        column for column in mine.keys() | theirs.keys() if mine.get(column) != theirs.get(column)
    }


def _values(run: Outcomes) -> dict[Column, list[str]]:
    found: dict[Column, list[str]] = {}
    for change in run.changes:
        for name, value in change.new.items():
            found.setdefault((change.table, name), []).append(repr(value))
    return {column: sorted(values) for column, values in found.items()}


def _differing_paths(one: Outcomes, other: Outcomes) -> Iterator[tuple[int, str]]:
    for which in (0, 1):
        mine, theirs = one.answers[which], other.answers[which]
        if mine is not None and theirs is not None:
            left, right = dict(leaves(mine.value)), dict(leaves(theirs.value))
            for path in left.keys() | right.keys():
                if left.get(path) != right.get(path):
                    yield which, path


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Path and value of each leaf of a JSON value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        yield f"{path}.length", len(value)
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def _refused(answer: ReceivedAnswer | None) -> bool:
    return answer is not None and not answer.good and answer.outcome is not Outcome.APPLIED


def _is_unknown(answer: ReceivedAnswer | None) -> bool:
    return answer is not None and not answer.good and answer.outcome is Outcome.UNKNOWN
