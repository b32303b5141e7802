"""Statements that unlock, promote or add a user: what a mail, an operator or a seed would do.

is_active, email_verified  ─▶ true        verified_at ─▶ now()       status ─▶ active
is_superuser               ─▶ true        role ─▶ admin              role_id ─▶ that of admin
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from squall.lab.user_tables import Column, Table, plain

ON = re.compile(
    r"^(?:is|has|account|user|e?mail)*(?:active|activated|enabled|verified|confirmed|approved"
    r"|validated)(?:e?mail|user|account)?$"
)
OFF = re.compile(r"^(?:is|account|user)*(?:disabled|blocked|banned|locked|suspended|inactive)$")
STAMP = re.compile(r"(?:verified|confirmed|activated|approved)(?:at|on|date|time)?$")
STATUS = re.compile(r"^(?:user|account)?(?:status|state)$")
PRIVILEGE = re.compile(r"^(?:is)?(?:superuser|super|superadmin|admin|administrator|staff|root)$")
ROLE = re.compile(r"^(?:user|account)?(?:role|roles|type|kind|level|usertype|rolename)(?:id)?$")
RANKS = ("super.?admin", "super.?user", "admin", "owner", "root", "manager", "staff")
"""Names of roles, the mightiest first."""

MAIL = "squall@example.com"
USERS = (MAIL, "squall")
"""The user of :mod:`.login_bodies`, by mail address or by name."""

NOW = "now()"


def literal(text: str) -> str:
    """A constant in a statement."""
    return "'" + text.replace("'", "''") + "'"


def unlock_sql(table: Table, users: Sequence[str]) -> Iterator[str]:
    """Confirm the mail address of users and make them active: one statement for each column."""
    for column in table.columns:
        value = unlocked(column)
        if value:
            yield _update(table, column, value, users)


def unlocked(column: Column) -> str:
    """The value that the column of an active, confirmed user has; empty for other columns."""
    name = plain(column.name)
    if column.category == "B":
        return "true" if ON.match(name) else "false" if OFF.match(name) else ""
    if column.category == "D":
        return NOW if STAMP.search(name) else ""
    if STATUS.match(name):
        return choice(column, ("active", "enabled", "verified", "confirmed", "approved"))
    return ""


def promote_sql(table: Table, tables: Iterable[Table], users: Sequence[str]) -> Iterator[str]:
    """Give users the rights of an administrator: one statement for each column or table."""
    others = {one.name: one for one in tables}
    for column in table.columns:
        name = plain(column.name)
        if column.category == "B" and PRIVILEGE.match(name):
            yield _update(table, column, "true", users)
        elif column.refers in others and ROLE.match(name):
            yield from _by_key(table, column, others[str(column.refers)], users)
        elif ROLE.match(name) and (value := choice(column, RANKS)):
            yield _update(table, column, value, users)
    for link in others.values():
        yield from _by_link(table, link, others, users)


def choice(column: Column, words: Sequence[str]) -> str:
    """The label that fits the first possible word; a text in the letters that the row has now."""
    if column.category == "E":
        for word in words:
            for label in column.labels:
                if re.search(word, label, re.IGNORECASE):
                    return literal(label)
    if column.category == "S" and not column.refers:
        word = next(one for one in words if "." not in one)
        quoted = column.quoted
        return (
            f"CASE WHEN {quoted} = upper({quoted}) THEN {literal(word.upper())}"
            f" WHEN {quoted} = initcap({quoted}) THEN {literal(word.title())}"
            f" ELSE {literal(word)} END"
        )
    return ""


def _by_key(table: Table, column: Column, roles: Table, users: Sequence[str]) -> Iterator[str]:
    """A column with the key of a role."""
    for chosen in mightiest(roles):
        yield _update(table, column, f"coalesce(({chosen}), {column.quoted})", users)


def _by_link(
    table: Table, link: Table, tables: dict[str, Table], users: Sequence[str]
) -> Iterator[str]:
    """A table between users and roles: a row for the mightiest role."""
    ours = next((one for one in link.columns if one.refers == table.name), None)
    theirs = next((one for one in link.columns if one.refers in tables and one.refers != table.name
                   and re.search("role|group|permission", str(one.refers))), None)  # fmt: skip
    if ours is None or theirs is None or table.key is None or link is table:
        return
    for chosen in mightiest(tables[str(theirs.refers)]):
        yield (
            f"INSERT INTO {link.name} ({ours.quoted}, {theirs.quoted})"  # noqa: S608 - quoted
            f" SELECT {table.key.quoted}, ({chosen}) FROM {table.name}"
            f" WHERE {who(table, users)} AND ({chosen}) IS NOT NULL ON CONFLICT DO NOTHING"
        )


def mightiest(roles: Table) -> Iterator[str]:
    """A query for the key of the role with the mightiest name."""
    name = next((one for one in roles.columns if one.category in "SE"
                 and re.search("name|title|code|role|slug", one.name)), None)  # fmt: skip
    if name is not None and roles.key is not None:
        order = " ".join(f"WHEN {name.quoted}::text ~* {literal(word)} THEN {number}"
                         for number, word in enumerate(RANKS))  # fmt: skip
        yield (
            f"SELECT {roles.key.quoted} FROM {roles.name}"  # noqa: S608 - quoted
            f" WHERE {name.quoted}::text ~* {literal('|'.join(RANKS))}"
            f" ORDER BY CASE {order} END LIMIT 1"
        )


def _update(table: Table, column: Column, value: str, users: Sequence[str]) -> str:
    other = "IS NULL" if value == NOW else f"IS DISTINCT FROM ({value})"
    return (
        f"UPDATE {table.name} SET {column.quoted} = {value} WHERE {who(table, users)}"  # noqa: S608 - quoted
        f" AND {column.quoted} {other}"
    )


def who(table: Table, users: Sequence[str]) -> str:
    """The rows of these users."""
    known = ", ".join(literal(one.lower()) for one in users)
    return "(" + " OR ".join(f"lower({one.quoted}) IN ({known})" for one in table.identities) + ")"
