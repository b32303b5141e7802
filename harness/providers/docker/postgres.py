"""PostgreSQL in a container: the upstream image, or whatever compose started.

PostgreSQL is process 1 of its container, so signals to the container are signals to the postmaster
(SIGINT: fast shutdown, SIGQUIT: immediate), and killing process 1 kills every backend.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from faults.ports import StopMode
from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.base import Endpoint, free_port
from harness.providers.docker.box import Box
from harness.providers.docker.yard import LOOPBACK, Recipe, Yard
from harness.providers.observer import Observer
from harness.providers.process.postgres import SETTINGS, STOP_SECONDS, USER
from harness.providers.process.postgres_standby import OPTIONS, PROGRAM, conninfo
from harness.providers.process.template import APP_ROLE, DATABASE
from harness.providers.sessions import Session, session

ALIAS = "postgres"
PORT = 5432
START_SECONDS = 60.0
"""A cold engine, and initdb."""

ROLES = f"CREATE ROLE {APP_ROLE} LOGIN;\nALTER DATABASE {DATABASE} OWNER TO {APP_ROLE};\n"
OF_THE_IMAGE = ("listen_addresses", "unix_socket_directories")
REPLICATION = 'echo "host replication all all trust" >> "$PGDATA/pg_hba.conf"\n'
"""The image's line for hosts, "all", does not match replication (pg_hba.conf)."""

FOLLOW = f"""\
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    {PROGRAM} --dbname="$SQUALL_PRIMARY" --pgdata="$PGDATA" {" ".join(OPTIONS)}
fi
exec "$@"
"""
"""A standby copies its primary once, and is PostgreSQL itself from then on."""


def image() -> str:
    """``SQUALL_POSTGRES_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_POSTGRES_IMAGE", "postgres:17")


def _server() -> list[str]:
    """Without durability, like that of the process provider: only processes die."""
    settings = [f"{name}={value}" for name, value in SETTINGS.items() if name not in OF_THE_IMAGE]
    return ["postgres", *(part for text in settings for part in ("-c", text))]


def recipe(port: int) -> Recipe:
    """A server with data of its own."""
    return Recipe(
        image=image(),
        alias=ALIAS,
        ports={PORT: port},
        command=_server(),
        environment={
            "POSTGRES_USER": USER,
            "POSTGRES_DB": DATABASE,
            "POSTGRES_HOST_AUTH_METHOD": "trust",
            "POSTGRES_INITDB_ARGS": "--no-sync --locale=C --encoding=UTF8 --wal-segsize=4",
        },
        files={
            "/docker-entrypoint-initdb.d/roles.sql": ROLES.encode(),
            "/docker-entrypoint-initdb.d/replication.sh": REPLICATION.encode(),
        },
    )


def standby(port: int, alias: str, primary: Endpoint) -> Recipe:
    """A server that follows the primary at this address of the lab's network."""
    return Recipe(
        image=image(),
        alias=alias,
        ports={PORT: port},
        command=["sh", "-c", FOLLOW, "standby", *_server(), "-c", "listen_addresses=*"],
        environment={"SQUALL_PRIMARY": conninfo(primary, USER)},
        user="postgres",
    )


class PostgresContainer:
    """One server; implements ``DatabaseControl`` and ``DatabaseServer`` of ``faults.ports``."""

    def __init__(self, box: Box, port: int, *, password: str = "") -> None:
        self.host = LOOPBACK
        self.port = port
        self._box = box
        self._turn = asyncio.Lock()
        """Up and down take turns: a container starts slowly enough for the next fault to be due."""
        self._secret = f":{password}" if password else ""

    @classmethod
    def new(
        cls, directory: Path, yard: Yard, alias: str = ALIAS, *, follows: Endpoint | None = None
    ) -> PostgresContainer:
        """A server in a container that is not there yet; its data are its own, or a copy."""
        port = free_port()

        def make() -> Any:  # noqa: ANN401 - docker ships no types
            return yard.make(recipe(port) if follows is None else standby(port, alias, follows))

        return cls(Box("PostgreSQL (docker)", directory / f"{alias}.log", make), port)

    @property
    def url(self) -> str:
        """Address of the app's database, for the app's role, behind every proxy."""
        return f"postgresql://{APP_ROLE}{self._secret}@{self.host}:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """The same for the superuser, who is let in when the server is full."""
        return f"postgresql://{USER}{self._secret}@{self.host}:{self.port}/{DATABASE}"

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A superuser's session for a fault, behind every proxy."""
        return session(self.admin_url)

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._box.log_path

    async def start(self) -> None:
        """Start it if it does not run; returns once it accepts sessions.

        Raises:
            LabError: it died or did not get ready, with its last log lines.
        """
        async with self._turn:
            await self._started()

    async def _started(self) -> None:
        await self._box.start()
        if not await readiness.until(self._ready_or_dead, START_SECONDS) or not self._box.running:
            raise LabError(
                f"PostgreSQL in a container of {image()} did not accept connections; its last"
                f" words:\n{self._box.tail()}\n  see what this machine can run: squall doctor"
            )

    async def _ready_or_dead(self) -> bool:
        return not self._box.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it lets a session in now."""
        return await readiness.accepts_sessions(self.host, self.port, USER, DATABASE)

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does."""
        async with self._turn:
            await self._box.stop("SIGINT" if mode == "fast" else "SIGQUIT", STOP_SECONDS)

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend."""
        async with self._turn:
            await self._box.kill()

    async def pause(self) -> None:
        """Freeze every process of the server."""
        await self._box.pause()

    async def resume(self) -> None:
        """Thaw every process of the server."""
        await self._box.resume()

    async def logged(self, words: str) -> int:
        """How many lines of the server's log have these words."""
        text = await asyncio.to_thread(self.log_path.read_text, errors="replace")
        return sum(words in line for line in text.splitlines())

    async def client_backends(self) -> int:
        """Sessions of the app now; 0 when the server cannot be asked."""
        async with self._turn:
            return await self._counted()

    async def _counted(self) -> int:
        observer = Observer(self.admin_url)
        try:
            sample = await observer.sample()
        finally:
            await observer.close()
        return 0 if sample is None else sample.total

    async def close(self) -> None:
        """Remove it with its data."""
        await self._box.close()
