"""Work that most new rows have got already, and some have not: a worker is still at it.

uploads.id 7 ◀── results.upload_id      written by a worker, after the answer
uploads.id 8 ◀── nothing yet            so wait a little
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from squall.core.events import FamilyCommitted, RowFollowed
from squall.history.op import Op
from squall.history.shape import identities

LEAST = 6
MOST = 0.7
"""Of the rows that an answer names: what fewer have is not work that each of them gets."""


def has_open_work(families: Iterable[FamilyCommitted | RowFollowed]) -> bool:
    """Whether a few of the rows that answers name lack what the others have."""
    of_parent: defaultdict[tuple[type, str], list[FamilyCommitted | RowFollowed]] = defaultdict(
        list
    )
    for one in families:
        if one.answered:
            of_parent[type(one), one.parent].append(one)
    return any(_lacks(rows) for rows in of_parent.values() if len(rows) >= LEAST)


def _lacks(rows: list[FamilyCommitted | RowFollowed]) -> bool:
    columns = Counter(column for row in rows for column in row.commits)
    return any(MOST * len(rows) <= number < len(rows) for number in columns.values())


def is_pending(keys: Collection[str], ops: Iterable[Op]) -> bool:
    """Whether accepted requests have no rows with their key, although others of their operation
    have.
    """
    ops = list(ops)
    accepted = [op for op in ops if op.is_accepted and op.key]
    known = {op.name for op in ops if op.good and op.key in keys}
    return any(op.name in known and op.key not in keys for op in accepted)


def are_ids_pending(ids: Collection[str], ops: Iterable[Op]) -> bool:
    """Whether no row has an id of an accepted request, and those of others of its kind have one."""
    own = [(op, set(identities(op).values())) for op in ops if op.is_accepted]
    known = {op.name for op, values in own if not values.isdisjoint(ids)}
    return any(op.name in known and values and values.isdisjoint(ids) for op, values in own)
