"""Rows with one value of a column, all of which one transaction deleted without putting others in.

labels.picture = 7    two rows      PUT /pictures/7/labels
                      none          the old ones are deleted, and committed
                      three rows    the new ones are made, and committed: refilled
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from squall.core.events import RowsEmptied
from squall.history.op import Op
from squall.lab.counted_numbers import named_by_writes
from squall.lab.wal import Row, RowChange, by_table

MAX_SETS = 1000
Place = tuple[str, str]
"""A column, and the value that a path names."""


def find_emptied(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[RowsEmptied]:
    """Each of them, of columns that are not of the primary key."""
    named = named_by_writes(ops)
    for table, own in sorted(by_table(changes).items()):
        if not any(change.kind == "delete" for change in own):
            continue
        rows = _Rows(named)
        for number, some in groupby(own, key=lambda change: change.transaction):
            rows.apply(some, times[number])
        for (column, value), emptied, refilled in rows.found[:MAX_SETS]:
            place = f"{table}.{column}"
            yield RowsEmptied(at=emptied, column=place, key=value, refilled=refilled)


class _Rows:
    """The rows of one table that were made in the run, by their places."""

    def __init__(self, named: set[str]) -> None:
        self._named = named
        self._places: dict[tuple[str | None, ...], frozenset[Place]] = {}
        self._number: defaultdict[Place, int] = defaultdict(int)
        self._empty: dict[Place, float] = {}
        self._refilled: list[tuple[Place, float, float]] = []

    @property
    def found(self) -> list[tuple[Place, float, float | None]]:
        """Each place, when it was emptied, and when it was refilled."""
        return [*self._refilled, *((place, at, None) for place, at in self._empty.items())]

    def apply(self, changes: Iterable[RowChange], at: float) -> None:
        """One transaction."""
        left: set[Place] = set()
        for change in changes:
            if change.kind == "insert" and change.key:
                self._make(change)
            elif change.kind == "delete":
                left |= self._take(change)
        for place in [one for one in self._empty if self._number[one]]:
            self._refilled.append((place, self._empty.pop(place), at))
        self._empty |= {place: at for place in left if not self._number[place]}

    def _make(self, change: RowChange) -> None:
        places = frozenset(
            (column, value) for column, value in change.new.items()
            if value is not None and value in self._named and column not in change.key
        )  # fmt: skip
        self._places[_key_of(change.new, change)] = places
        for place in places:
            self._number[place] += 1

    def _take(self, change: RowChange) -> frozenset[Place]:
        places = self._places.pop(_key_of(change.old, change), frozenset())
        for place in places:
            self._number[place] -= 1
        return places


def _key_of(row: Row, change: RowChange) -> tuple[str | None, ...]:
    return tuple(row.get(name) for name in change.key)
