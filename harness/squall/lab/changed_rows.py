"""The rows that paths name, as they are made and changed: ``PUT /items/7`` and ``items.id = 7``.

Of values only digests are kept. The keys of a JSON object count as columns, too: a change of one of
them is to leave the others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from squall.core.events import RowChanged
from squall.history.op import Op
from squall.history.shape import digest_of
from squall.lab.wal import RowChange

MAX_ROWS = 5000
KINDS = frozenset({"insert", "update"})
LONGEST = 2000
"""Characters of a value of which a digest is made."""
MAX_KEYS = 40
"""Of a JSON object whose keys are told."""


def find_changed_rows(
    changes: Sequence[RowChange], times: Mapping[int, float], ops: Iterable[Op]
) -> Iterator[RowChanged]:
    """Each change of such a row; if there are too many, one for each row, without values."""
    named = named_values(ops)
    found = [
        RowChanged(
            at=times[change.transaction],
            table=change.table,
            ids=ids,
            values=digests_of_row(change),
            row=_row(change),
        )
        for change in changes
        if change.kind in KINDS and (ids := _ids(change, named))
    ]
    if len(found) <= MAX_ROWS:
        yield from found
        return
    rows = {(one.table, *sorted(one.ids.items())): one for one in found}
    yield from (replace(one, values={}) for one in rows.values())


def named_values(ops: Iterable[Op]) -> set[str]:
    """Parts of the paths of requests."""
    return {segment for op in ops for segment in op.segments}


def _ids(change: RowChange, named: set[str]) -> dict[str, str]:
    """Also those that are equal by chance: what they identify is learned from many requests."""
    return {column: value for column, value in change.new.items() if value in named and value}


def _row(change: RowChange) -> str:
    parts = [change.new.get(name) for name in change.key]
    return digest_of("\x1f".join(map(str, parts))) if parts else ""


def digests_of_row(change: RowChange) -> dict[str, str]:
    """The digests of a row's values by column, without long ones."""
    values = {
        column: value
        for column, value in change.new.items()
        if value is not None and len(value) <= LONGEST
    }
    parts = {
        f"{column}.{key}": part
        for column, value in values.items()
        for key, part in _parts_of(value).items()
    }
    return {name: digest_of(value) for name, value in (values | parts).items()}


def _parts_of(value: str) -> dict[str, str]:
    """The texts and numbers of a JSON object by key; empty for anything else."""
    if not value.startswith("{"):
        return {}
    try:
        found = json.loads(value, parse_float=str, parse_int=str)
    except ValueError:  # an array of PostgreSQL's begins alike
        return {}
    if len(found) > MAX_KEYS:
        return {}
    return {key: part for key, part in found.items() if isinstance(part, str) and part}
