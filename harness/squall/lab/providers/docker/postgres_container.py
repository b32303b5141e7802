"""PostgreSQL in a container: the upstream image, or the container that compose started.

PostgreSQL is process 1 of its container, so signals to the container are signals to the postmaster
(SIGINT: fast shutdown, SIGQUIT: immediate), and killing process 1 kills every backend.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from squall_faults.ports import SESSION_SECONDS, StopMode

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.credentials import DatabaseSecrets, scram_verifier
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.observer import Observer
from squall.lab.providers.docker.container import Container
from squall.lab.providers.docker.container_factory import LOOPBACK, ContainerFactory, ContainerSpec
from squall.lab.providers.process.postgres_process import SETTINGS, STOP_SECONDS, USER
from squall.lab.providers.process.postgres_standby import OPTIONS, PROGRAM, conninfo
from squall.lab.providers.process.postgres_template import APP_ROLE, DATABASE, STANDBY_ROLE
from squall.lab.sessions import Session, session

ALIAS = "postgres"
PORT = 5432
START_SECONDS = 60.0
"""Allows for a cold Docker engine, and initdb."""

ROLES = f"""\
CREATE ROLE {APP_ROLE} LOGIN PASSWORD '%s';
CREATE ROLE {STANDBY_ROLE} LOGIN REPLICATION PASSWORD '%s';
ALTER DATABASE {DATABASE} OWNER TO {APP_ROLE};
"""
OF_THE_IMAGE = ("listen_addresses",)
REPLICATION = f'echo "host replication {STANDBY_ROLE} all scram-sha-256" >> "$PGDATA/pg_hba.conf"\n'
""""all" in the image's line for hosts does not match replication (pg_hba.conf)."""

FOLLOW = f"""\
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    {PROGRAM} --dbname="$SQUALL_PRIMARY" --pgdata="$PGDATA" {" ".join(OPTIONS)}
fi
exec "$@"
"""
"""A standby copies its primary once; after that the container runs only PostgreSQL."""


def image() -> str:
    """``SQUALL_POSTGRES_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_POSTGRES_IMAGE", "postgres:17")


def _server() -> list[str]:
    """Without durability, like the server of the process provider: only processes die."""
    settings = [f"{name}={value}" for name, value in SETTINGS.items() if name not in OF_THE_IMAGE]
    return ["postgres", *(part for text in settings for part in ("-c", text))]


def recipe(port: int, secrets: DatabaseSecrets) -> ContainerSpec:
    """A server with its own data."""
    roles = ROLES % (scram_verifier(secrets.app), scram_verifier(secrets.standby))
    return ContainerSpec(
        image=image(),
        alias=ALIAS,
        ports={PORT: port},
        command=_server(),
        environment={
            "POSTGRES_USER": USER,
            "POSTGRES_DB": DATABASE,
            "POSTGRES_PASSWORD": secrets.admin,
            "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
            "POSTGRES_INITDB_ARGS": "--no-sync --locale=C --encoding=UTF8 --wal-segsize=4",
        },
        files={
            "/docker-entrypoint-initdb.d/roles.sql": roles.encode(),
            "/docker-entrypoint-initdb.d/replication.sh": REPLICATION.encode(),
        },
    )


def standby(port: int, alias: str, primary: Endpoint, secrets: DatabaseSecrets) -> ContainerSpec:
    """A server that follows the primary at this address in the lab's network."""
    return ContainerSpec(
        image=image(),
        alias=alias,
        ports={PORT: port},
        command=["sh", "-c", FOLLOW, "standby", *_server(), "-c", "listen_addresses=*"],
        environment={
            "SQUALL_PRIMARY": conninfo(primary, STANDBY_ROLE),
            "PGPASSWORD": secrets.standby,
        },
        user="postgres",
    )


class PostgresContainer:
    """One server. Implements the ports ``DatabaseControl`` and ``DatabaseServer``."""

    def __init__(self, box: Container, port: int, secrets: DatabaseSecrets) -> None:
        self.host = LOOPBACK
        self.secrets = secrets
        self.port = port
        self._box = box
        self._turn = asyncio.Lock()
        """Serialises start and stop: a container starts so slowly that the next fault may
        be due.
        """

    @classmethod
    def new(
        cls,
        directory: Path,
        yard: ContainerFactory,
        alias: str = ALIAS,
        *,
        follows: Endpoint | None = None,
        secrets: DatabaseSecrets | None = None,
    ) -> PostgresContainer:
        """A server in a container that is not created yet. Its data are its own, or a copy.

        ``secrets``: those of the primary that it follows.
        """
        port, known = free_port(), secrets or DatabaseSecrets()

        def make() -> Any:  # noqa: ANN401 - docker ships no types
            if follows is None:
                return yard.make(recipe(port, known))
            return yard.make(standby(port, alias, follows, known))

        box = Container("PostgreSQL (docker)", directory / f"{alias}.log", make)
        return cls(box, port, known)

    @property
    def url(self) -> str:
        """Address of the app's database for the app's role, not through a proxy."""
        return f"postgresql://{APP_ROLE}:{self.secrets.app}@{self.host}:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """The same for the superuser, who can connect when the server is full."""
        return f"postgresql://{USER}:{self.secrets.admin}@{self.host}:{self.port}/{DATABASE}"

    def session(self, *, wait_seconds: float = SESSION_SECONDS) -> Session:
        """A superuser's session for a fault, not through a proxy."""
        return session(self.admin_url, wait_seconds)

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""
        return self._box.unasked_end

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._box.log_path

    async def start(self) -> None:
        """Start it if it does not run. Returns when it accepts sessions.

        Raises:
            LabError: it died or did not become ready; the message has its last log lines.
        """
        async with self._turn:
            await self._started()

    async def _started(self) -> None:
        await self._box.start()
        if (
            not await readiness.wait_until(self._ready_or_dead, START_SECONDS)
            or not self._box.running
        ):
            raise LabError(
                f"PostgreSQL in a container of {image()} did not accept connections; its last"
                f" words:\n{self._box.tail()}\n  see what this machine can run: squall doctor"
            )

    async def _ready_or_dead(self) -> bool:
        return not self._box.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it accepts a session now."""
        return await readiness.accepts_sessions(Endpoint(self.host, self.port), USER, DATABASE)

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
        """Number of lines in the server's log that contain these words."""
        text = await asyncio.to_thread(self.log_path.read_text, errors="replace")
        return sum(words in line for line in text.splitlines())

    async def client_backends(self) -> int:
        """Sessions of the app now; 0 if the server does not answer."""
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
