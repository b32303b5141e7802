"""The list of the patterns. It is data, because the harness imports no app.

A pattern is the app that ``uvicorn squall_patterns.NAME:app`` serves. The reference app is the last
of them, for comparison.
"""

from __future__ import annotations

import dataclasses
import difflib
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from squall.config.profile import REFERENCE, AppProfile
from squall.core.errors import UsageError

INSTALL = "pip install 'squall[patterns]'"
PGBOUNCER_PLACES = ("/usr/sbin", "/usr/local/sbin")
"""Debian installs it where only the administrator's PATH finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One way to hold connections."""

    name: str
    title: str
    needs: tuple[str, ...] = ("fastapi", "asyncpg")
    """Modules that must be importable."""
    behind_pgbouncer: bool = False

    @property
    def target(self) -> str:
        """The target for uvicorn."""
        if self.name == REFERENCE.name:
            return REFERENCE.app
        return f"squall_patterns.{self.name}:app"

    def missing(self) -> str:
        """Empty if it can run here; else what is missing and the command that installs it."""
        for module in self.needs:
            if find_spec(module) is None:
                return f"{module} is missing; install it with: {INSTALL}"
        if self.behind_pgbouncer and pgbouncer() is None:
            return "pgbouncer is missing; install it with: apt install pgbouncer"
        return ""

    def profile(self) -> AppProfile:
        """The reference app's contract and load, and how this pattern is served."""
        if self.name == REFERENCE.name:
            return REFERENCE
        target = self.target
        if self.behind_pgbouncer:
            words = [sys.executable, "-m", "squall_proof.patterns.launch", "{port}", target]
            target = shlex.join(words).replace("'{port}'", "{port}") + f" {pgbouncer()}"
        profile = REFERENCE.with_target(target, factory=False)
        # Most tutorials connect at start-up, and exit if the database does not answer.
        return dataclasses.replace(profile, name=self.name, starts_without_database=False)


SQLALCHEMY = ("fastapi", "asyncpg", "sqlalchemy")

GALLERY: tuple[Pattern, ...] = (
    Pattern(name="per_request_connect", title="a connection for each request"),
    Pattern(
        name="sync_session",
        title="session a request, synchronous driver",
        needs=("fastapi", "asyncpg", "sqlalchemy", "psycopg2"),
    ),
    Pattern(name="async_session", title="session a request, async engine, bare", needs=SQLALCHEMY),
    Pattern(
        name="databases_package",
        title="the databases package",
        needs=("fastapi", "asyncpg", "databases"),
    ),
    Pattern(
        name="cached_connection",
        title="one connection, cached for 60 s",
        needs=("fastapi", "asyncpg", "aiocache"),
    ),
    Pattern(name="tortoise_orm", title="Tortoise-ORM", needs=("fastapi", "asyncpg", "tortoise")),
    Pattern(name="asyncpg_pool", title="asyncpg's own pool"),
    Pattern(name="pool_pre_ping", title="SQLAlchemy's pool, pre-ping", needs=SQLALCHEMY),
    Pattern(name="pool_recycle", title="SQLAlchemy's pool, recycling", needs=SQLALCHEMY),
    Pattern(
        name="null_pool_pgbouncer",
        title="no pool, behind PgBouncer",
        needs=SQLALCHEMY,
        behind_pgbouncer=True,
    ),
    Pattern(name="pool_timeouts", title="SQLAlchemy's pool, time-outs", needs=SQLALCHEMY),
    Pattern(
        name="timeouts_and_retries",
        title="time-outs and tenacity",
        needs=(*SQLALCHEMY, "tenacity"),
    ),
    Pattern(name=REFERENCE.name, title="the reference app", needs=(*SQLALCHEMY, "alembic")),
)


def pgbouncer() -> str | None:
    """The path of PgBouncer's program."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path=":".join(PGBOUNCER_PLACES))


def chosen(only: Sequence[str]) -> list[Pattern]:
    """The patterns with these names, in the order of the gallery; all if none is given.

    Raises:
        UsageError: the pattern does not exist; the message lists the names.
    """
    names = [pattern.name for pattern in GALLERY]
    for word in only:
        if word not in names:
            near = difflib.get_close_matches(word, names, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"--only {word}: there is no such pattern; {hint}patterns: {', '.join(names)}"
            )
    return [pattern for pattern in GALLERY if not only or pattern.name in only]
