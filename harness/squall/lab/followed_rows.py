"""New rows, and the changes that later transactions make of them: a worker's, as a rule.

    orders.id = 7   {state: accepted}      committed by POST /orders
                    {state: confirmed}     0.2 s later, by another transaction

Values are not kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from squall.core.events import RowFollowed
from squall.lab.alike import find_identity
from squall.lab.families import TIME, Gone
from squall.lab.wal import Row, RowChange, by_table

MAX_ROWS = 3000


def find_followed(
    changes: Sequence[RowChange], times: Mapping[int, float], answered: frozenset[str]
) -> Iterator[RowFollowed]:
    """Each new row that an answer names, of tables in which such rows are changed later."""
    gone = Gone(changes)
    left = MAX_ROWS
    for table, own in sorted(by_table(changes).items()):
        new = [change for change in own if change.kind == "insert"]
        identity = find_identity(new, answered) if len(new) < len(own) else ""
        rows = list(_followed(new, own, identity)) if identity else []
        if not any(row.changed for row in rows):
            continue
        for row in rows[:left]:
            value = str(row.made.new[identity])
            if value in answered and row.made not in gone:
                left -= 1
                yield RowFollowed(
                    at=times[row.made.transaction],
                    parent=f"{table}.{identity}",
                    answered=value,
                    commits={f"{table}.{column}": [times[one] for one in sorted(set(at))]
                             for column, at in row.changed.items()},
                    timed=row.timed,
                )  # fmt: skip


class _NewRow:
    """A new row as it is changed."""

    def __init__(self, made: RowChange) -> None:
        self.made = made
        self.changed: defaultdict[str, list[int]] = defaultdict(list)
        self.timed = False
        self._now: Row = dict(made.new)

    def change(self, change: RowChange) -> None:
        """Note the columns that another transaction changed."""
        other = {name: value for name, value in change.new.items() if self._now.get(name) != value}
        self._now |= other
        if other and change.transaction != self.made.transaction:
            self.timed = any(value and TIME.match(value) for value in other.values())
            for name in other:
                self.changed[name].append(change.transaction)


def _followed(
    new: Sequence[RowChange], changes: Sequence[RowChange], identity: str
) -> Iterator[_NewRow]:
    rows = {change.new[identity]: _NewRow(change) for change in new}
    for change in changes:
        row = rows.get(change.new.get(identity)) if change.kind == "update" else None
        if row is not None:
            row.change(change)
    yield from rows.values()
