"""Undo committed changes, so that every race starts from the same rows.

Logical decoding shows each row before and after. Inserts are deleted, deletes are inserted, updates
are reversed, the last change first. Sequences and what the app keeps in memory are not reset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall.lab.wal import Row, RowChange

BEGIN = "BEGIN; SET LOCAL session_replication_role = replica; "  # no triggers, no foreign keys


def undo_sql(changes: Sequence[RowChange]) -> str:
    """One transaction that reverses these changes; empty if there are none."""
    if not changes:
        return ""
    return BEGIN + "; ".join(_reversed(changes)) + "; COMMIT"


def _reversed(changes: Sequence[RowChange]) -> Iterator[str]:
    for change in reversed(changes):
        table = _table(change.table)
        if change.kind == "insert":
            yield f"DELETE FROM {table} WHERE {_this(table, change.new)}"  # noqa: S608 - quoted below
        elif change.kind == "delete":
            names = ", ".join(map(_name, change.old))
            values = ", ".join(map(_literal, change.old.values()))
            yield (
                f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})"  # noqa: S608 - the same
            )
        elif change.kind == "update":
            moved = {
                name: value
                for name, value in change.old.items()
                if change.new.get(name, value) != value
            }
            if moved:
                pairs = ", ".join(f"{_name(n)} = {_literal(v)}" for n, v in moved.items())
                yield f"UPDATE {table} SET {pairs} WHERE {_this(table, change.new)}"  # noqa: S608 - the same


def _this(table: str, row: Row) -> str:
    """One row with these values in the output format of their types: JSON has no ``=`` operator."""
    same = " AND ".join(
        f"{_name(name)} IS NULL"
        if value is None
        else f"format('%s', {_name(name)}) = {_literal(value)}"
        for name, value in row.items()
    )
    return f"ctid = (SELECT ctid FROM {table} WHERE {same} LIMIT 1)"  # noqa: S608 - the same


def _table(shown: str) -> str:
    return ".".join(_name(part) for part in shown.split(".", 1))


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
