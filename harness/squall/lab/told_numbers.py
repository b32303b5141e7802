"""Numbers that the answers to writes tell, and what the rows had that they name.

    POST /orders ──▶ 201 {"id": 7, "total": 240}      orders.id = 7   total: 240     stored
    POST /orders ──▶ 201 {"id": 8, "total": 480}      orders.id = 8   total: 240     never stored

A row is named by an identity of the answer or by the path, and was written while the request ran.
Its numbers are known from when it was new, or was changed before. Values are not kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from squall.core.events import NumberTold
from squall.history.op import Op
from squall.history.shape import identities, number_digest
from squall.lab.wal import RowChange

BEFORE_SECONDS, AFTER_SECONDS = 0.5, 1.0
"""A commit may be dated too early by the first, and follow an answer by the second."""
MAX_TOLD = 5000
MAX_CHANGES = 200
"""Of a row: what changes more often is a counter of everything."""

Row = tuple[str, str, str]
"""Table, column that identifies it, and value."""


def find_told(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[NumberTold]:
    """Each number whose name is that of a column of a row that the request wrote."""
    telling = [op for op in ops if op.effect != "read" and op.good and op.told]
    rows = _rows(changes, {value for op in telling for value in _named(op)})
    yield from islice((one for op in telling for one in _of(op, rows, times)), MAX_TOLD)


def _named(op: Op) -> set[str]:
    return {*identities(op).values(), *op.segments}


def _rows(
    changes: Iterable[RowChange], named: set[str]
) -> Mapping[str, Mapping[Row, list[RowChange]]]:
    """The changes of the rows that requests name, by the value that names them."""
    found: defaultdict[str, defaultdict[Row, list[RowChange]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for change in changes:
        for column, value in change.new.items() if change.kind in ("insert", "update") else ():
            if value in named:
                found[str(value)][change.table, column, str(value)].append(change)
    return found


def _of(
    op: Op, rows: Mapping[str, Mapping[Row, list[RowChange]]], times: Mapping[int, float]
) -> Iterator[NumberTold]:
    told: dict[str, str] = json.loads(op.told)
    for value in sorted(_named(op)):
        for (table, identity, _), all_ in rows.get(value, {}).items():
            known = [one for one in all_ if times[one.transaction] <= op.done + AFTER_SECONDS]
            if not _is_known(op, known, times):
                continue
            for field, digest in told.items():
                name = field.rpartition(".")[2]
                had = {number_digest(one.new[name] or "") for one in known if name in one.new}
                if had and name != identity:
                    yield NumberTold(at=op.done, op=op.id, field=field, stored=digest in had,
                                     column=f"{table}.{name}, by {identity}")  # fmt: skip


def _is_known(op: Op, changes: Sequence[RowChange], times: Mapping[int, float]) -> bool:
    """Whether the request wrote the row, and all that it had since the request began is known."""
    if not changes or len(changes) > MAX_CHANGES:
        return False
    since = op.sent - BEFORE_SECONDS
    first, last = times[changes[0].transaction], times[changes[-1].transaction]
    return last >= since and (changes[0].kind == "insert" or first < since)
