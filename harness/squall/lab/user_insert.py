"""Statements that add a user, for an app in which nobody can register."""

from __future__ import annotations

import re
from collections.abc import Iterable

from squall.lab.user_sql import (
    MAIL,
    PRIVILEGE,
    RANKS,
    USERS,
    choice,
    literal,
    mightiest,
    unlocked,
    who,
)
from squall.lab.user_tables import Column, Table, plain

CREATED = re.compile(r"created|updated|joined|registered")
PERSON = re.compile(r"^(?:full|first|last|sur|given|display)name$")


def delete_sql(table: Table) -> str:
    """Remove the user, so that it can be added with another hash."""
    return f"DELETE FROM {table.name} WHERE {who(table, USERS)}"  # noqa: S608 - quoted


def insert_sql(table: Table, tables: Iterable[Table], secret_text: str) -> str:
    """Add a user with this hash of the password."""
    others = {one.name: one for one in tables}
    values = {one.quoted: value for one in table.columns
              if (value := _inserted(table, one, others, secret_text))}  # fmt: skip
    names, given = ", ".join(values), ", ".join(values.values())
    ours = who(table, USERS)
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {given}"  # noqa: S608 - quoted
        f" WHERE NOT EXISTS (SELECT 1 FROM {table.name} WHERE {ours})"
    )


def _inserted(table: Table, column: Column, tables: dict[str, Table], secret_text: str) -> str:
    """The value of one column; empty if its default is used."""
    name = plain(column.name)
    if column == table.secret:
        return literal(secret_text)
    if column in table.identities:
        return literal(MAIL if "mail" in name else "squall")
    if value := _usual(column, name):
        return value
    return _required(table, column, tables) if column.needed else ""


def _usual(column: Column, name: str) -> str:
    """A value that a user has who was registered, confirmed and promoted."""
    if column.category in "BD" and (value := unlocked(column)):
        return value
    if column.category == "B" and PRIVILEGE.match(name):
        return "true"
    if column.category == "D" and CREATED.search(name):
        return "now()"
    return "'Squall'" if column.category == "S" and PERSON.search(name) else ""


def _required(table: Table, column: Column, tables: dict[str, Table]) -> str:
    other = tables.get(str(column.refers))
    if other is not None and other.key is not None:
        chosen = next(mightiest(other), f"SELECT {other.key.quoted} FROM {other.name} LIMIT 1")  # noqa: S608 - quoted
        return f"({chosen})"
    if column.category == "E":
        return choice(column, RANKS) or literal(column.labels[0])
    if column.category == "N" and column.key:
        return f"(SELECT coalesce(max({column.quoted}), 0) + 1 FROM {table.name})"  # noqa: S608 - quoted
    by_kind = {"uuid": "gen_random_uuid()", "json": "'{}'", "jsonb": "'{}'"}
    by_category = {"S": "'squall'", "B": "false", "N": "1", "D": "now()", "A": "'{}'"}
    return by_kind.get(column.kind) or by_category.get(column.category, "")
