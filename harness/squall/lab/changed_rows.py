"""The rows that paths name, as they are made and changed: ``PUT /items/7`` and ``items.id = 7``.

Of values only digests are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import RowChanged
from squall.history.op import Op
from squall.history.shape import IDENTITIES, digest_of
from squall.lab.wal import RowChange

MAX_ROWS = 5000
KINDS = frozenset({"insert", "update"})
LONGEST = 2000
"""Characters of a value of which a digest is made."""


def find_changed_rows(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[RowChanged]:
    """Each change of such a row; none if no update was sent, or there are too many."""
    ops = list(ops)
    if not any(op.wanted for op in ops):
        return
    named = {segment for op in ops for segment in op.segments}
    found = [
        RowChanged(
            at=times[change.transaction], table=change.table, ids=ids, values=_values(change)
        )
        for change in changes
        if change.kind in KINDS and (ids := _ids(change, named))
    ]
    if len(found) <= MAX_ROWS:
        yield from found


def _ids(change: RowChange, named: set[str]) -> dict[str, str]:
    return {
        column: value
        for column, value in change.new.items()
        if value is not None and value in named and _identifies(column)
    }


def _identifies(column: str) -> bool:
    return column in IDENTITIES or column.endswith(("_id", "_key"))


def _values(change: RowChange) -> dict[str, str]:
    return {
        column: digest_of(value)
        for column, value in change.new.items()
        if value is not None and len(value) <= LONGEST
    }
