"""A real PostgreSQL server as a child process: stopped, killed, frozen and started at any time.

The postmaster obeys signals (PostgreSQL documentation, "Shutting Down the Server"): SIGINT is a
fast shutdown, SIGQUIT an immediate one. pg_ctl is not used: its polling takes longer than the
restart. A killed server leaves shared memory behind, so a lab stops its server with SIGQUIT.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from squall_faults.errors import InjectionFailed
from squall_faults.ports import SESSION_SECONDS, StopMode

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.credentials import DatabaseSecrets, scram_verifier
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.observer import Observer
from squall.lab.providers.process import postgres_binaries, shared_memory
from squall.lab.providers.process.extension_stand_ins import stand_in_settings
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.postgres_standby import base_backup
from squall.lab.providers.process.postgres_template import (
    APP_ROLE,
    DATABASE,
    STANDBY_ROLE,
    clone,
    make_private,
    template,
)
from squall.lab.providers.process.watchdog import Watchdog
from squall.lab.sessions import Session, session

START_SECONDS = 20.0
STOP_SECONDS = 8.0
QUIT_SECONDS = 2.0
"""Time in which a discarded server can remove its shared memory; then it is killed."""

USER = "squall"
STAND_INS = "stand-ins"
FIRST_DATABASE = "template1"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "shared_buffers": "32MB",
    "shared_memory_type": "mmap",
    "dynamic_shared_memory_type": "mmap",
    "max_connections": "100",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "restart_after_crash": "on",
    "wal_level": "logical",
}


class PostgresProcess:
    """One server with its own data. Implements ``DatabaseControl`` and ``DatabaseServer``."""

    def __init__(
        self,
        directory: Path,
        keeper: Watchdog,
        *,
        name: str = "postgres",
        follows: Endpoint | None = None,
        secrets: DatabaseSecrets | None = None,
    ) -> None:
        """``follows``: create a standby of the primary at this address, from a base backup.

        ``secrets``: those of the primary; generated if the server has none.
        """
        self.secrets = secrets or DatabaseSecrets()
        self.port = free_port()
        self.host = "127.0.0.1"
        self._data = directory / name
        self._sockets = directory / "socket"
        self._protected = follows is not None
        """Whether its roles have their passwords. A standby's are part of the copy."""
        self._follows = follows
        self._child = ManagedProcess("PostgreSQL", directory / f"{name}.log", keeper)
        self._who = postgres_binaries.account()
        self._binaries: Path | None = None
        self._stand_ins: dict[str, str] = {}
        self._cloning: asyncio.Future[Path] | None = None

    @property
    def url(self) -> str:
        """Address of the app's database for the app's role, not through a proxy."""
        place = f"{self.secrets.role}:{self.secrets.app}@{self.host}:{self.port}"
        return f"postgresql://{place}/{self.secrets.database}"

    @property
    def admin_url(self) -> str:
        """The same for the superuser, who can connect when the server is full.

        Only through the Unix socket, in a directory that no other account may enter.
        """
        return self._admin_url(self.secrets.database)

    def _admin_url(self, database: str) -> str:
        place = quote(str(self._sockets), safe="")
        return f"postgresql://{USER}@/{database}?host={place}&port={self.port}"

    @property
    def _database(self) -> str:
        """The app's database once it has its name; before that, the one that every server has."""
        return self.secrets.database if self._protected else FIRST_DATABASE

    def session(self, *, wait_seconds: float = SESSION_SECONDS) -> Session:
        """A superuser's session for a fault, not through a proxy."""
        return session(self.admin_url, wait_seconds)

    @property
    def unasked_end(self) -> str:
        """How the server exited although nothing stopped it; empty if it did not."""
        return self._child.unasked_end

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._child.log_path

    async def start(self) -> None:
        """Start it if it does not run. Returns when it accepts sessions.

        Raises:
            LabError: it died or did not become ready; the message has its last log lines.
        """
        if not self._child.running:
            binaries = await self._prepared()
            await self._child.start(
                self._command(binaries),
                cwd=self._data,
                user=self._who.name if self._who else None,
                group=self._who.gid if self._who else None,
            )
        if (
            not await readiness.wait_until(self._ready_or_dead, START_SECONDS)
            or not self._child.running
        ):
            raise LabError(
                f"PostgreSQL did not accept connections on port {self.port}; its last words:\n"
                f"{self._child.tail()}\n  see what this machine can run: squall doctor"
            )
        await self._protect()

    def _command(self, binaries: Path) -> list[str]:
        sockets = {"unix_socket_directories": f'"{self._sockets}"'}
        settings = {**SETTINGS, **sockets, **self._stand_ins}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program = [str(binaries / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        return [*program, *options]

    async def _protect(self) -> None:
        """Set the roles' passwords, once. Before that, no TCP connection is accepted."""
        if self._protected:
            return
        passwords = {self.secrets.role: self.secrets.app, STANDBY_ROLE: self.secrets.standby}
        statements = ";".join([
            *self._renaming(),
            *(f"ALTER ROLE \"{role}\" PASSWORD '{scram_verifier(password)}'"
              for role, password in passwords.items()),
        ])  # fmt: skip
        try:
            async with session(self._admin_url(FIRST_DATABASE), SESSION_SECONDS) as administrator:
                await administrator.execute(statements)
        except InjectionFailed as error:
            raise LabError(f"the roles of the lab's database got no passwords: {error}") from error
        self._protected = True

    def _renaming(self) -> Iterator[str]:
        """Statements that rename role and database to the names that the app has hard-coded."""
        if self.secrets.role != APP_ROLE:
            yield f'ALTER ROLE {APP_ROLE} RENAME TO "{self.secrets.role}"'
        if self.secrets.database == "postgres":
            yield "ALTER DATABASE postgres RENAME TO postgres_of_initdb"
        if self.secrets.database != DATABASE:
            yield f'ALTER DATABASE {DATABASE} RENAME TO "{self.secrets.database}"'

    async def _prepared(self) -> Path:
        if self._binaries is None:
            if self._cloning is None:
                self._cloning = asyncio.ensure_future(asyncio.to_thread(self._cloned))
            self._binaries = await asyncio.shield(self._cloning)
        return self._binaries

    def _cloned(self) -> Path:
        binaries = postgres_binaries.readable_by(postgres_binaries.find(), self._who)
        make_private(self._sockets, self._who)
        self._stand_ins = stand_in_settings(binaries, self._data.with_name(STAND_INS), self._who)
        if self._follows is None:
            clone(template(binaries, self._who), self._data, self._who)
        else:
            base_backup(binaries, self._who, self._follows, self._data, self.secrets.standby)
        return binaries

    async def _ready_or_dead(self) -> bool:
        return not self._child.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it accepts a session now."""
        socket = self._sockets / f".s.PGSQL.{self.port}"
        return await readiness.accepts_sessions(socket, USER, self._database)

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does."""
        number = signal.SIGINT if mode == "fast" else signal.SIGQUIT
        await self._child.stop(number, STOP_SECONDS)

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend."""
        await self._child.kill()

    async def pause(self) -> None:
        """SIGSTOP every process of the server."""
        self._child.freeze()

    async def resume(self) -> None:
        """SIGCONT every process of the server."""
        self._child.send_to_tree(signal.SIGCONT)

    async def logged(self, words: str) -> int:
        """Number of lines in the server's log that contain these words."""
        text = await asyncio.to_thread(self.log_path.read_text, errors="replace")
        return sum(words in line for line in text.splitlines())

    async def client_backends(self) -> int:
        """Sessions of the app now; 0 if the server does not answer."""
        observer = Observer(self.admin_url)
        try:
            sample = await observer.sample()
        finally:
            await observer.close()
        return 0 if sample is None else sample.total

    async def close(self) -> None:
        """Stop it at once: its data directory is deleted."""
        if self._cloning is not None:
            await asyncio.wait({self._cloning})  # else its thread fills a removed directory
            self._cloning.cancelled() or self._cloning.exception()
        self._child.send_to_tree(signal.SIGCONT)  # a frozen server reacts to no other signal
        await self._child.stop(signal.SIGQUIT, QUIT_SECONDS)
        await asyncio.to_thread(shared_memory.remove_of_server, self._data)
