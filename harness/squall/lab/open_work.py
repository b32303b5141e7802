"""Work that most new rows have got already, and some have not: a worker is still at it.

uploads.id 7 ◀── results.upload_id      written by a worker, after the answer
uploads.id 8 ◀── nothing yet            so wait a little
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from squall.core.events import FamilyCommitted, RowFollowed

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
