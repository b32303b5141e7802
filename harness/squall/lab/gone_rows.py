"""Deleted rows that requests of the run name: in a path, or in an answer that says they are new.

    bookings.id = 7    committed by POST /bookings, which answered {"id": 7}
                       deleted 0.3 s later: lost
    notes.id = 9       named by PUT /notes/9, and deleted by another request

A transaction that puts other rows in, too, moves what it deletes: to an archive, to another queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import RowDeleted
from squall.history.op import Op
from squall.lab.alike import find_identity
from squall.lab.changed_rows import named_values
from squall.lab.wal import RowChange, by_table

MAX_ROWS = 1000
"""In one table."""


def find_deleted(
    changes: Sequence[RowChange],
    times: Mapping[int, float],
    answered: frozenset[str],
    ops: Iterable[Op],
) -> Iterator[RowDeleted]:
    """Each of them, in the order of tables."""
    named = named_values(ops)
    puts_in = {change.transaction for change in changes if change.kind == "insert"}
    for table, own in sorted(by_table(changes).items()):
        gone = [change for change in own if change.kind == "delete"][:MAX_ROWS]
        identity, made = _made([one for one in own if one.kind == "insert"], answered)
        for change in gone:
            column = identity if identity in change.old else _only_key(change)
            value = change.old.get(column)
            if value is None:
                continue
            lost = column == identity and value in made and change.transaction not in puts_in
            is_named = column == _only_key(change) and value in named
            if lost or is_named:
                at, column = times[change.transaction], f"{table}.{column}"
                yield RowDeleted(at=at, column=column, key=value, named=is_named, lost=lost)


def _made(new: Sequence[RowChange], answered: frozenset[str]) -> tuple[str, frozenset[str]]:
    """The column by which answers name the new rows of a table, and its values in them."""
    identity = find_identity(new, answered)
    values = {value for row in new if (value := row.new.get(identity)) is not None}
    return identity, answered & values if identity else frozenset()


def _only_key(change: RowChange) -> str:
    """The column of a key of one column. One of several is that of a row between others, which is
    not asked for by one of them.
    """
    columns = [column for column, value in change.old.items() if value is not None]
    return columns[0] if len(columns) == 1 else ""
