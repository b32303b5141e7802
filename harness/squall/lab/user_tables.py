"""The tables of an app's database that hold its users, read from PostgreSQL's catalogue."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

RunSql = Callable[[str], Awaitable[Sequence[Any]]]
"""Runs one statement as the administrator of the lab's database and returns its rows.

Raises:
    LabError: PostgreSQL refuses it.
"""

CATALOGUE = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname::text,
       format_type(a.atttypid, NULL), t.typcategory::text,
       a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',
       ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder),
       (SELECT quote_ident(fn.nspname) || '.' || quote_ident(f.relname)
        FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
        JOIN pg_namespace fn ON fn.oid = f.relnamespace
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] LIMIT 1),
       EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
               AND a.attnum = ANY (i.indkey))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY 1, a.attnum LIMIT 5000
"""

IDENTITY = re.compile(r"^(?:user|login|account)?(?:e?mail(?:address)?|(?:user|login)?name|login)$")
SECRET = re.compile(r"pass|pwd|hash")
USERS = re.compile(r"user|account|member|customer|person|people|admin|employee", re.IGNORECASE)


def plain(name: str) -> str:
    """``is_active`` and ``isActive`` are the same name."""
    return name.replace("_", "").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    name: str
    kind: str
    """Its type, such as ``uuid``."""
    category: str
    """PostgreSQL's category: S text, B switch, N number, D time, E enumeration, A array, U other.
    """
    needed: bool = False
    """Whether a row without it is refused."""
    labels: tuple[str, ...] = ()
    refers: str | None = None
    """The table whose key it holds, quoted."""
    key: bool = False

    @property
    def quoted(self) -> str:
        """The name in a statement."""
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its columns."""

    name: str
    """With its schema, quoted."""
    columns: tuple[Column, ...] = field(default=())

    @property
    def identities(self) -> list[Column]:
        """The columns by which a user logs in, those of mail addresses first."""
        found = [one for one in self.columns if one.category == "S" and not one.refers
                 and IDENTITY.match(plain(one.name))]  # fmt: skip
        return sorted(found, key=lambda one: "mail" not in one.name.lower())

    @property
    def secret(self) -> Column | None:
        """The column of the password's hash."""
        texts = [one for one in self.columns if one.category == "S"]
        return next((one for one in texts if SECRET.search(plain(one.name))), None)

    @property
    def key(self) -> Column | None:
        """The only column of its primary key."""
        keys = [one for one in self.columns if one.key]
        return keys[0] if len(keys) == 1 else None


async def read_tables(run: RunSql) -> list[Table]:
    """All tables of the app.

    Raises:
        LabError: the catalogue cannot be read.
    """
    tables: dict[str, list[Column]] = {}
    for name, column, kind, category, needed, labels, refers, key in await run(CATALOGUE):
        tables.setdefault(name, []).append(Column(
            name=column, kind=kind, category=category, needed=needed, labels=tuple(labels),
            refers=refers, key=key,
        ))  # fmt: skip
    return [Table(name=name, columns=tuple(columns)) for name, columns in tables.items()]


def user_tables(tables: Iterable[Table]) -> list[Table]:
    """The tables that probably hold users, the most likely first."""
    found = [one for one in tables if one.identities and (one.secret or USERS.search(one.name))]
    return sorted(found, key=lambda one: (one.secret is None, not USERS.search(one.name), one.name))
