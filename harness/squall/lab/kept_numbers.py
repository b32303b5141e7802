"""Numbers that are kept beside the rows they count: a transaction that makes a row moves them.

    INSERT INTO bookings …           rooms.taken of 7: 3 ─▶ 4
    INSERT INTO bookings …           rooms.taken of 7: 4 ─▶ 4    read as 3 and written as 4: stale

By how much is learned from all of them: always the same, or what the new row says. Values are not
kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from squall.core.events import NumberKept
from squall.lab.amounts import amounts
from squall.lab.moved_numbers import MOST_MOVES, Numbers, changed_numbers, number_of
from squall.lab.wal import RowChange

LEAST_FITS = 4
MOST_ODD = 0.05
"""Share of the transactions that moved the number otherwise. With more it is another kind of it."""
OLDER = 8
"""Values that a row had before, which a transaction may have read."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction did with the number of one row."""

    transaction: int
    before: Decimal
    after: Decimal
    older: tuple[Decimal, ...]

    def fits(self, by: Decimal | None) -> bool:
        """Whether it moved the number by so much."""
        return by is not None and self.after == self.before + by

    def is_stale(self, by: Decimal | None) -> bool:
        """Whether it did so to a value that another transaction had changed meanwhile."""
        read = {one for one in self.older if one != self.before}
        return by is not None and any(self.after == one + by for one in read)


def find_kept(
    start: Numbers, changes: Sequence[RowChange], times: Mapping[int, float]
) -> Iterator[NumberKept]:
    """Each number that is kept beside the rows of another table, with the first such table."""
    made = _made(changes)
    for table, key, column, numbers, own in changed_numbers(start, changes):
        if len(own) > MOST_MOVES:
            continue
        steps = list(_steps(numbers, own, key, column))
        told = (_kept(steps, made[other], times, f"{table}.{column}", other)
                for other in sorted(set(made) - {table}))  # fmt: skip
        yield from islice((one for one in told if one is not None), 1)


def _kept(
    steps: Iterable[_Step],
    rows: Mapping[int, RowChange],
    times: Mapping[int, float],
    column: str,
    made: str,
) -> NumberKept | None:
    judged = _judged([(one, rows[one.transaction]) for one in steps if one.transaction in rows])
    if not judged:
        return None
    commits = [times[step.transaction] for step, _ in judged]
    stale = [one for _, one in judged]
    return NumberKept(at=commits[-1], column=column, made=made, commits=commits, stale=stale)


def _made(changes: Iterable[RowChange]) -> Mapping[str, Mapping[int, RowChange]]:
    """The new rows of each table, of transactions that made one alone in it."""
    found: defaultdict[str, defaultdict[int, list[RowChange]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for change in changes:
        if change.kind == "insert":
            found[change.table][change.transaction].append(change)
    return {
        table: {number: rows[0] for number, rows in own.items() if len(rows) == 1}
        for table, own in found.items()
    }


def _steps(
    numbers: Mapping[str, Decimal], changes: Sequence[RowChange], key: str, column: str
) -> Iterator[_Step]:
    """Those of transactions that updated one row of the table once."""
    touched = Counter(change.transaction for change in changes)
    known = {name: [number] for name, number in numbers.items()}
    for change in changes:
        name, value = change.new.get(key), number_of(change.new.get(column))
        if name is None or value is None:
            continue
        values = known.setdefault(name, [])
        if change.kind == "update" and values and touched[change.transaction] == 1:
            yield _Step(change.transaction, values[-1], value, tuple(values[-OLDER:-1]))
        values.append(value)


def _judged(pairs: Sequence[tuple[_Step, RowChange]]) -> list[tuple[_Step, bool]]:
    """The transactions that moved it as usual, or wrote over another one (True); empty if there is
    no rule.
    """
    best: list[tuple[_Step, bool]] = []
    moves = (step.after - step.before for step, _ in pairs)
    for by in amounts(moves, pairs[0][1] if pairs else None):
        fits = [(step, False) for step, row in pairs if step.fits(by(row))]
        stale = [(step, True) for step, row in pairs
                 if not step.fits(by(row)) and step.is_stale(by(row))]  # fmt: skip
        odd = len(pairs) - len(fits) - len(stale)
        if len(fits) >= LEAST_FITS and odd <= MOST_ODD * len(pairs) and len(fits) > _fits(best):
            best = sorted([*fits, *stale], key=lambda one: one[0].transaction)
    return best


def _fits(judged: Iterable[tuple[_Step, bool]]) -> int:
    return sum(not stale for _, stale in judged)
