"""Find out how an app gets its database: the variables, their format, and whether it is
PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WHOLE = re.compile(
    r"(?:DATABASE|(?<![A-Z])DB|POSTGRES(?:QL)?|(?<![A-Z])PG|SQLALCHEMY|(?<![A-Z])SQL)\w*"
    r"(?:URL|URI|DSN|CONN(?:ECTION)?(?:_?STR(?:ING)?)?)S?(?:_\w+)?$",
    re.IGNORECASE,
)
POSTGRES = re.compile(r"^postgres(?:ql)?(?:\+(?P<driver>\w+))?://(?=.)", re.IGNORECASE)
"""A scheme alone, as ``SYNC_PREFIX`` may hold, is not an address."""
OTHER = re.compile(
    r"^(?P<kind>mysql|mariadb|sqlite|oracle|mssql|mongodb)(?:\+\w+)?:", re.IGNORECASE
)
ADDRESS = re.compile(r"^\w+(?:\+\w+)?://")
PART = re.compile(
    r"^(?P<prefix>(?:\w*_)?(?:POSTGRES(?:QL)?|DATABASE|DB|PG|SQL|PSQL)(?:_\w+?(?=_))??)_{0,2}"
    r"(?P<part>SERVER|HOSTNAME|HOST|ADDRESS|ADDR|IP|PORT|USERNAME|USER|LOGIN|PASSWORD|PASSWD|PASS|PWD"
    r"|DATABASE|DBNAME|NAME|DB|BASE|CREDENTIALS)$",
    re.IGNORECASE,
)
PLACES = {
    "SERVER": "host", "HOSTNAME": "host", "HOST": "host", "ADDRESS": "host", "ADDR": "host",
    "IP": "host", "PORT": "port", "USERNAME": "user", "USER": "user", "LOGIN": "user",
    "PASSWORD": "password", "PASSWD": "password", "PASS": "password", "PWD": "password",
    "DATABASE": "name", "DBNAME": "name", "NAME": "name", "DB": "name", "BASE": "name",
    "CREDENTIALS": "user}:{password",
}  # fmt: skip
LIBPQ = {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"}
DRIVERS = {"asyncpg", "psycopg", "psycopg2"}
FOREIGN = re.compile(
    r"TEST|(?<![A-Z])MYSQL|MONGO|REDIS|(?<![A-Z])MSSQL|PGADMIN|ECHO|POOL|DRIVER", re.IGNORECASE
)
HOST_AND_PORT = re.compile(r"^[\w.-]+:\d{2,5}$")
HOST_ONLY = re.compile(r"//[^/\s\"']*@[^/\s\"']*:5432/|@\{?[^/\s\"']*\}?:5432")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one variable: a value in some file, or a default in the source."""

    name: str
    value: str
    place: str
    read: bool
    """Whether the source reads it; otherwise it only occurs in a dotenv or compose file."""
    composed: bool = False
    """Whether the app builds it from other variables unless it is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDatabase:
    """The variables with their templates."""

    env: Mapping[str, str] = field(default_factory=dict)
    guessed: bool = False
    """Whether no variable was found: the address stands fixed in the source, or elsewhere."""
    other: str = ""
    """``MySQL (core/config.py:5)``: the database used instead of PostgreSQL; else empty."""
    note: str = ""
    """Contradictions to report."""


def find_database(
    known: Sequence[Known], source: str, packages: Iterable[str], fixed_other: str = ""
) -> FoundDatabase:
    """Whole addresses and parts. If the app reads both, both are given. ``fixed_other``: another
    database that stands fixed in the source; it counts if no variable leads to PostgreSQL.
    """
    drivers = set(packages)
    parts = _parts(known)
    # An address that the app builds from parts follows the parts.
    whole = _whole([one for one in known if not (one.composed and parts)], source, drivers)
    postgres = bool(parts) or any(POSTGRES.match(one.value) for one in known)
    postgres = postgres or bool(re.search(r"postgres", source, re.IGNORECASE))
    other = "" if postgres or drivers & DRIVERS else _other(known, source, drivers)
    env = {**parts, **whole}
    other = other or ("" if env else fixed_other)
    guessed = not env and not other
    if guessed:
        env = {"DATABASE_URL": _form("", source, drivers)}
    return FoundDatabase(env=env, guessed=guessed, other=other, note=_fixed_port(env, source))


def _whole(known: Sequence[Known], source: str, drivers: set[str]) -> dict[str, str]:
    found = {}
    for one in known:
        if FOREIGN.search(one.name) or one.name in LIBPQ:
            continue
        named = WHOLE.search(one.name) and (not one.value or ADDRESS.match(one.value))
        address = POSTGRES.match(one.value)
        if address or (named and one.read):
            found[one.name] = _form(one.value, source, drivers)
            if "ASYNC" in one.name.upper() and "asyncpg" in drivers:
                found[one.name] = "{asyncpg}"
    return found


def _form(value: str, source: str, drivers: set[str]) -> str:
    """The template that matches the format of the value, else the installed driver."""
    address = POSTGRES.match(value)
    if address:
        driver = (address["driver"] or "").replace("psycopg_async", "psycopg")
        if not driver:
            place = "{user}:{password}@{host}:{port}/{name}"
            return (
                f"postgres://{place}" if value.startswith("postgres:") else f"postgresql://{place}"
            )
        return f"{{{driver}}}" if driver in DRIVERS else "{url}"
    if re.search(r"\btortoise\b", source):
        return "postgres://{user}:{password}@{host}:{port}/{name}"
    makes_async = "create_async_engine" in source or "AsyncEngine" in source
    if makes_async and not re.search(r"replace\(\s*[\"']postgres", source):
        return "{psycopg}" if "psycopg" in drivers and "asyncpg" not in drivers else "{asyncpg}"
    uses_sqlalchemy = re.search(r"\bcreate_engine\b", source)
    if uses_sqlalchemy and "psycopg" in drivers and "psycopg2" not in drivers:
        return "{psycopg}"
    return "{url}"


def _parts(known: Sequence[Known]) -> dict[str, str]:
    """The parts of one prefix that has a host; without a host there is no address."""
    groups: dict[str, dict[str, str]] = {}
    for one in known:
        part = PART.match(one.name)
        if part is None or FOREIGN.search(one.name) or ADDRESS.match(one.value):
            continue
        place = PLACES[part["part"].upper()]
        if place == "port" and not (one.value.isdigit() or not one.value):
            continue
        with_port = place == "host" and HOST_AND_PORT.match(one.value)
        template = "{host}:{port}" if with_port else f"{{{place}}}"
        groups.setdefault(part["prefix"].upper(), {})[one.name] = template
    found: dict[str, str] = {}
    for group in groups.values():
        if any("host" in template for template in group.values()):
            found |= group
    if found:  # such as PG_USER with POSTGRES_HOST
        for group in groups.values():
            missing = set(group.values()) - set(found.values())
            found |= {name: template for name, template in group.items() if template in missing}
    return found


def _other(known: Sequence[Known], source: str, drivers: set[str]) -> str:
    for one in known:
        found = OTHER.match(one.value)
        if found and (WHOLE.search(one.name) or "URL" in one.name.upper()):
            return f"{_title(found['kind'])} ({one.place}: {one.name})"
    written = re.search(r"[\"']f?(mysql|sqlite|mongodb)(?:\+\w+)?://", source)
    if written:
        return _title(written[1])
    for package, title in (("aiomysql", "MySQL"), ("pymysql", "MySQL"), ("asyncmy", "MySQL"),
                           ("motor", "MongoDB"), ("beanie", "MongoDB")):  # fmt: skip
        if package in drivers:
            return f"{title} (it requires {package})"
    return ""


def _title(kind: str) -> str:
    return {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite", "mongodb": "MongoDB",
            "oracle": "Oracle", "mssql": "SQL Server"}[kind.lower()]  # fmt: skip


def _fixed_port(env: Mapping[str, str], source: str) -> str:
    """A part is never guessed without the port: the lab's port differs from 5432."""
    templates = " ".join(env.values())
    if "{host}" in templates and "{port}" not in templates and HOST_ONLY.search(source):
        return (
            "the source writes port 5432 into the address: give its host variable the text"
            " {host}:{port}, or let it read the port"
        )
    return ""
