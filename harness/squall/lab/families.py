"""Rows that belong together: a new row, and the new rows that refer to it by a foreign key.

    orders.id = 7  ◀── order_items.order_id = 7     two of them, in the transaction of the order
                   ◀── mails.order_id = 7           one, written by a worker

Foreign keys are read from the catalogue; without one, a column such as ``order_id`` refers to
``id`` of ``order`` or ``orders``, and ``basket`` to that of ``baskets``. Of values only digests are
kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from squall.core.events import FamilyCommitted, RowsOrphaned
from squall.lab.wal import RowChange, by_table

FOREIGN_KEYS = """SELECT concat_ws(' ', c.name, a.attname, p.name, b.attname)
    FROM pg_constraint f
    JOIN named c ON c.oid = f.conrelid JOIN named p ON p.oid = f.confrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
    JOIN pg_attribute b ON b.attrelid = p.oid AND b.attnum = f.confkey[1]
    WHERE f.contype = 'f' AND cardinality(f.conkey) = 1"""
NAMED = """WITH named AS (
    SELECT c.oid,
        CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)"""
REFERENCES = f"{NAMED} {FOREIGN_KEYS}"
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
MAX_FAMILIES = 3000
KEYS = 4

Reference = tuple[str, str, str, str]
"""Table and column of the child, table and column of the parent."""


def references_of(rows: Iterable[str]) -> list[Reference]:
    """The answer to :data:`REFERENCES`."""
    parts = [row.split(" ") for row in rows]
    return [(one[0], one[1], one[2], one[3]) for one in parts if len(one) == KEYS]


def find_families(
    changes: Sequence[RowChange],
    times: Mapping[int, float],
    declared: Iterable[Reference],
    answered: frozenset[str],
) -> Iterator[FamilyCommitted]:
    """Each new row of a table to which others refer, with the new rows that refer to it."""
    new = [change for change in changes if change.kind == "insert"]
    references = references_among(new, declared)
    children = _children(new, references)
    keys = {(parent, key) for _, _, parent, key in references}
    gone = Gone(changes)
    stays = [row for row in new if row not in gone]
    found = ((row, key, value) for row in stays for parent, key in sorted(keys)
             if row.table == parent and (value := row.new.get(key)))  # fmt: skip
    for row, key, value in islice(found, MAX_FAMILIES):
        own = children.get((row.table, key, value), {})
        yield FamilyCommitted(
            at=times[row.transaction],
            parent=f"{row.table}.{key}",
            answered=value if value in answered else "",
            commits={one: [times[child.transaction] for child in rows]
                     for one, rows in own.items()},
            alike={one: [_digest(child, one) for child in rows if child not in gone]
                   for one, rows in own.items()},
        )  # fmt: skip


def find_orphans(
    changes: Sequence[RowChange], times: Mapping[int, float], declared: Iterable[Reference]
) -> Iterator[RowsOrphaned]:
    """New rows, of each column, whose parent has a number above the first new one, and was never
    committed.
    """
    new = [change for change in changes if change.kind == "insert"]
    gone = Gone(changes)
    keys: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for row in new:
        for name, value in row.new.items():
            if value and value.isdecimal():
                keys[row.table, name].add(int(value))
    of_table = by_table(new)
    for table, column, parent, key in sorted(references_among(new, declared)):
        known = keys.get((parent, key), set())
        lost = [
            times[row.transaction]
            for row in of_table.get(table, ())
            if (value := row.new.get(column)) and value.isdecimal()
            and known and int(value) > min(known) and int(value) not in known and row not in gone
        ]  # fmt: skip
        if lost:
            yield RowsOrphaned(
                at=max(lost), column=f"{table}.{column}", parent=f"{parent}.{key}", commits=lost
            )


class Gone:
    """The rows that were deleted in the end, as far as their tables have a primary key."""

    def __init__(self, changes: Iterable[RowChange]) -> None:
        self._keys: dict[str, list[str]] = {}
        self._values: set[tuple[str, ...]] = set()
        for change in changes:
            if change.kind == "delete":
                old = {name: value for name, value in change.old.items() if value is not None}
                names = self._keys.setdefault(change.table, sorted(old))
                self._values.add((change.table, *(str(old.get(name)) for name in names)))

    def __contains__(self, row: RowChange) -> bool:
        names = self._keys.get(row.table)
        if names is None:
            return False
        return (row.table, *(str(row.new.get(name)) for name in names)) in self._values


def _children(
    new: Iterable[RowChange], references: Iterable[Reference]
) -> Mapping[tuple[str, str, str], Mapping[str, list[RowChange]]]:
    """New rows by the table, column and value to which they refer, and by their own column."""
    of_table: defaultdict[str, list[Reference]] = defaultdict(list)
    for one in sorted(references):
        of_table[one[0]].append(one)
    found: defaultdict[tuple[str, str, str], defaultdict[str, list[RowChange]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in new:
        for table, column, parent, key in of_table[row.table]:
            if (value := row.new.get(column)) is not None:
                found[parent, key, value][f"{table}.{column}"].append(row)
    return found


def references_among(changes: Iterable[RowChange], declared: Iterable[Reference]) -> set[Reference]:
    """The references that are declared, and those that names and values of new rows show."""
    return {*declared, *_by_name(change for change in changes if change.kind == "insert")}


def _by_name(new: Iterable[RowChange]) -> Iterator[Reference]:
    """``order_id`` of any table refers to ``id`` of ``order`` or ``orders``, and ``order`` to that
    of ``orders``; also to that of ``order``, if its new rows have most of the values.
    """
    rows = list(new)
    columns = {row.table: set(row.new) for row in rows}
    for table, own in columns.items():
        for column in own:
            name = column.removesuffix("_id")
            same = (name,) if name != column else ()
            same = same or ((name,) if name in columns and _names_rows(rows, table, name) else ())
            for parent in (*same, f"{name}s", f"{name}es", f"{name[:-1]}ies"):
                if parent != table and "id" in columns.get(parent, ()):
                    yield table, column, parent, "id"


def _names_rows(rows: Iterable[RowChange], table: str, name: str) -> bool:
    """Whether most values of this column, in new rows, are ids of new rows of its table."""
    ids = {row.new.get("id") for row in rows if row.table == name}
    values = [row.new[name] for row in rows if row.table == table and row.new.get(name)]
    return 2 * sum(value in ids for value in values) > len(values)


def _digest(row: RowChange, column: str) -> str:
    """What a child says, without its own identity, its parent's and the time."""
    parent = column.rpartition(".")[2]
    said = [
        f"{name}={value}"
        for name, value in sorted(row.new.items())
        if name not in ("id", "uuid", parent) and not (value and TIME.match(value))
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]
