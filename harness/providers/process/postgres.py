"""A real PostgreSQL server as our own child: stopped, killed, frozen and started at will.

The postmaster obeys signals (PostgreSQL documentation, "Shutting Down the Server"): SIGINT is a
fast shutdown, SIGQUIT an immediate one. No pg_ctl: its polling costs more than the restart.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from faults.ports import StopMode
from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.base import Endpoint, free_port
from harness.providers.observer import Observer
from harness.providers.process import postgres_binaries
from harness.providers.process.child import Child
from harness.providers.process.keeper import Keeper
from harness.providers.process.postgres_standby import base_backup
from harness.providers.process.template import APP_ROLE, DATABASE, clone, template
from harness.providers.sessions import Session, session

START_SECONDS = 20.0
STOP_SECONDS = 8.0
USER = "squall"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "restart_after_crash": "on",
}


class PostgresProcess:
    """One server with its own data; implements ``DatabaseControl`` and ``DatabaseServer``."""

    def __init__(
        self,
        directory: Path,
        keeper: Keeper,
        *,
        name: str = "postgres",
        follows: Endpoint | None = None,
    ) -> None:
        """``follows``: a standby of the primary at this address, from a base backup."""
        self.port = free_port()
        self.host = "127.0.0.1"
        self._data = directory / name
        self._follows = follows
        self._child = Child("PostgreSQL", directory / f"{name}.log", keeper)
        self._who = postgres_binaries.account()
        self._binaries: Path | None = None
        self._cloning: asyncio.Future[Path] | None = None

    @property
    def url(self) -> str:
        """Address of the app's database, for the app's role, behind every proxy."""
        return f"postgresql://{APP_ROLE}@{self.host}:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """The same for the superuser, who is let in when the server is full."""
        return f"postgresql://{USER}@{self.host}:{self.port}/{DATABASE}"

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A superuser's session for a fault, behind every proxy."""
        return session(self.admin_url)

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._child.log_path

    async def start(self) -> None:
        """Start it if it does not run; returns once it accepts sessions.

        Raises:
            LabError: it died or did not get ready, with its last log lines.
        """
        if not self._child.running:
            binaries = await self._prepared()
            settings = [
                part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")
            ]
            await self._child.start(
                [
                    str(binaries / "postgres"),
                    "-D",
                    str(self._data),
                    "-p",
                    str(self.port),
                    *settings,
                ],
                cwd=self._data,
                user=self._who.name if self._who else None,
                group=self._who.gid if self._who else None,
            )
        if not await readiness.until(self._ready_or_dead, START_SECONDS) or not self._child.running:
            raise LabError(
                f"PostgreSQL did not accept connections on port {self.port}; its last words:\n"
                f"{self._child.tail()}\n  see what this machine can run: squall doctor"
            )

    async def _prepared(self) -> Path:
        if self._binaries is None:
            if self._cloning is None:
                self._cloning = asyncio.ensure_future(asyncio.to_thread(self._cloned))
            self._binaries = await asyncio.shield(self._cloning)
        return self._binaries

    def _cloned(self) -> Path:
        binaries = postgres_binaries.readable_by(postgres_binaries.find(), self._who)
        if self._follows is None:
            clone(template(binaries, self._who), self._data, self._who)
        else:
            base_backup(binaries, self._who, self._follows, self._data, USER)
        return binaries

    async def _ready_or_dead(self) -> bool:
        return not self._child.running or await self.accepts()

    async def accepts(self) -> bool:
        """Whether it lets a session in now."""
        return await readiness.accepts_sessions(self.host, self.port, USER, DATABASE)

    async def stop(self, mode: StopMode) -> None:
        """Shut down as ``pg_ctl stop -m mode`` does."""
        number = signal.SIGINT if mode == "fast" else signal.SIGQUIT
        await self._child.stop(number, STOP_SECONDS)

    async def kill(self) -> None:
        """SIGKILL the postmaster and every backend."""
        await self._child.kill()

    async def pause(self) -> None:
        """SIGSTOP every process of the server."""
        self._child.send_family(signal.SIGSTOP)

    async def resume(self) -> None:
        """SIGCONT every process of the server."""
        self._child.send_family(signal.SIGCONT)

    async def logged(self, words: str) -> int:
        """How many lines of the server's log have these words."""
        text = await asyncio.to_thread(self.log_path.read_text, errors="replace")
        return sum(words in line for line in text.splitlines())

    async def client_backends(self) -> int:
        """Sessions of the app now; 0 when the server cannot be asked."""
        observer = Observer(self.admin_url)
        try:
            sample = await observer.sample()
        finally:
            await observer.close()
        return 0 if sample is None else sample.total

    async def close(self) -> None:
        """End it without ceremony: its data directory is thrown away."""
        if self._cloning is not None:
            # A thread cannot be cancelled, and would fill the directory after it was removed.
            await asyncio.wait({self._cloning})
            self._cloning.cancelled() or self._cloning.exception()
        await self._child.kill()
