"""New rows that an answer names, and that another transaction deleted.

    bookings.id = 7    committed by POST /bookings, which answered {"id": 7}
                       deleted 0.3 s later

A transaction that puts other rows in, too, moves what it deletes: to an archive, to another queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from squall.core.events import RowDeleted
from squall.lab.alike import find_identity
from squall.lab.wal import RowChange, by_table

MAX_ROWS = 1000


def find_deleted(
    changes: Sequence[RowChange], times: Mapping[int, float], answered: frozenset[str]
) -> Iterator[RowDeleted]:
    """Each of them, of tables whose primary key the answers name."""
    puts_in = {change.transaction for change in changes if change.kind == "insert"}
    for table, own in sorted(by_table(changes).items()):
        new = [change for change in own if change.kind == "insert"]
        gone = [change for change in own if change.kind == "delete"]
        identity = find_identity(new, answered) if gone else ""
        made = {row.new[identity] for row in new} & answered if identity else frozenset()
        for change in gone[:MAX_ROWS]:
            value = change.old.get(identity)
            if value is not None and value in made and change.transaction not in puts_in:
                at = times[change.transaction]
                yield RowDeleted(at=at, column=f"{table}.{identity}", answered=value)
