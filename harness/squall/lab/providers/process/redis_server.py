"""A Redis server of the lab: what faults do to it, and what they ask of it.

fault ──▶ SIGKILL, SIGSTOP, SIGTERM ──▶ server
fault ──▶ SAVE, INFO, FLUSHALL ───────▶ server      directly, through no proxy
"""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Mapping
from pathlib import Path

from squall_faults import InjectionFailed

from squall.config.dependencies import Dependency
from squall.lab.providers.process.dependency_process import DependencyProcess
from squall.lab.providers.process.redis_binaries import find_redis, redis_command
from squall.lab.providers.process.watchdog import Watchdog

GRACE_SECONDS = 5.0
"""Its exit after SIGTERM takes some milliseconds."""

ASK_SECONDS = 5.0
"""Limit of one question; SAVE of what a test load wrote takes some milliseconds."""

LONGEST_ANSWER = 65_536
LINE_END = b"\r\n"

KEYS = re.compile(rb"keys=(\d+)")
"""In what INFO says of each database (Valkey documentation, "INFO", section Keyspace)."""


class RedisServer(DependencyProcess):
    """One server; implements ``squall_faults.ports.RedisControl``."""

    def __init__(
        self,
        dependency: Dependency,
        directory: Path,
        keeper: Watchdog,
        *,
        environment: Mapping[str, str],
        cwd: Path | None,
    ) -> None:
        super().__init__(dependency, directory, keeper, environment=environment, cwd=cwd)
        self._snapshot = directory / f"{self.name}.rdb"

    def _command(self) -> list[str]:
        return redis_command(find_redis(), self.port, self._snapshot)

    async def start(self) -> None:
        """Start it if it does not run, with what the last ``stop`` kept. LabError otherwise."""
        await super().start()
        self._snapshot.unlink(missing_ok=True)

    async def accepts(self) -> bool:
        """Whether it answers a PING now."""
        try:
            async with asyncio.timeout(1.0):
                return (await self._told("PING")).startswith(b"+PONG")
        except (OSError, TimeoutError, EOFError):
            return False

    async def stop(self, *, keep: bool) -> None:
        """SIGTERM; ``keep``: what it holds is there again after the start. InjectionFailed."""
        if keep:
            answer = await self._asked("SAVE")
            if not answer.startswith(b"+OK"):
                raise InjectionFailed(f"{self.name}: SAVE: {answer.decode(errors='replace')}")
        await self._child.stop(signal.SIGTERM, GRACE_SECONDS)

    async def flush(self) -> int:
        """Remove every key of every database; how many there were. InjectionFailed."""
        answer = await self._asked("INFO keyspace\r\nFLUSHALL", ends=b"+OK\r\n")
        return sum(int(count) for count in KEYS.findall(answer))

    async def _asked(self, command: str, *, ends: bytes = LINE_END) -> bytes:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self._told(command, ends=ends)
        except (OSError, TimeoutError, EOFError) as error:
            raise InjectionFailed(f"{self.name}: {command}: {type(error).__name__}") from error

    async def _told(self, command: str, *, ends: bytes = LINE_END) -> bytes:
        """The answer to an inline command, up to its end."""
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=LONGEST_ANSWER)
        try:
            writer.write(f"{command}\r\n".encode())
            return await reader.readuntil(ends)
        finally:
            writer.close()
