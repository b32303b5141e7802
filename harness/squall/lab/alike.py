"""New rows of a table that say the same, although nothing refers to them and no key is in them.

    payments.id 7   account 3, 250 cents      named by the answer {"id": 7}
    payments.id 8   account 3, 250 cents      named by no answer

Of values only identities that an answer of the app had are kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from squall.core.events import RowsAlike
from squall.history.shape import is_uuid
from squall.lab.families import TIME, Gone
from squall.lab.wal import RowChange, by_table

MAX_GROUPS = 1000


def find_alike(
    changes: Sequence[RowChange],
    times: Mapping[int, float],
    answered: frozenset[str],
    key: re.Pattern[str],
) -> Iterator[RowsAlike]:
    """Two or more new rows that stay, say the same, and hold no key of a request."""
    gone = Gone(changes)
    tables = by_table(change for change in changes if change.kind == "insert")
    left = MAX_GROUPS
    for table, rows in sorted(tables.items()):
        column = find_identity(rows, answered)
        groups = _groups(rows, column) if column else {}
        for said, group in groups.items():
            there = [row for row in group if row not in gone]
            if len(there) < 2 or left == 0 or any(key.search(value) for value in said):  # noqa: PLR2004 - two
                continue
            left -= 1
            values = [str(row.new[column]) for row in there]
            commits = [times[row.transaction] for row in there]
            yield RowsAlike(
                at=max(commits), column=f"{table}.{column}", commits=commits,
                answered=[value if value in answered else "" for value in values],
            )  # fmt: skip


def find_identity(rows: Sequence[RowChange], answered: frozenset[str]) -> str:
    """The column whose values differ in all rows, and the most of which an answer had."""
    found: dict[str, int] = {}
    for column in rows[0].new if rows else ():
        values = [row.new.get(column) for row in rows]
        if None not in values and len(set(values)) == len(values):
            found[column] = sum(value in answered for value in values)
    best = max(found, key=lambda column: found[column], default="")
    return best if found.get(best) else ""


def _groups(rows: Iterable[RowChange], column: str) -> Mapping[tuple[str, ...], list[RowChange]]:
    """The rows by what they say, without identities and times."""
    groups: defaultdict[tuple[str, ...], list[RowChange]] = defaultdict(list)
    for row in rows:
        said = (
            f"{name}={value}"
            for name, value in sorted(row.new.items())
            if name != column and not (value and (TIME.match(value) or is_uuid(value)))
        )
        groups[tuple(said)].append(row)
    return groups
