"""The stand-in of an HTTP server that the app calls, as a process."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from squall_faults.errors import InjectionFailed
from squall_faults.in_force import InForce
from squall_faults.ports import UpstreamTally
from squall_faults.stand_in.__main__ import TOKEN_VARIABLE
from squall_faults.upstream_client import StandInClient

from squall.config.dependencies import Dependency
from squall.config.upstream_answers import canned_answers
from squall.core.child_programs import clean_environment, python_module
from squall.core.errors import LabError
from squall.lab.endpoint import free_port
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog

START_SECONDS = 15.0


class StandInProcess:
    """One stand-in; implements the port ``UpstreamServer``."""

    kind = "http"

    def __init__(
        self, dependency: Dependency, directory: Path, keeper: Watchdog, *, cwd: Path | None
    ) -> None:
        """Read the answers; files are in ``cwd``, the app's folder.

        Raises:
            UsageError: an answer's file or the OpenAPI document cannot be read or used.
        """
        self.name = dependency.name
        self.port = free_port()
        self._answers = canned_answers(
            self.name, dependency.answers, dependency.openapi, cwd or Path.cwd()
        )
        self._book = directory / f"{self.name}-answers.json"
        self._child = ManagedProcess(
            f"the stand-in for {self.name}", directory / f"{self.name}.log", keeper
        )
        self._client: StandInClient | None = None

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""
        return self._child.unasked_end

    async def start(self) -> None:
        """Start it if it does not run. Returns when it answers.

        Raises:
            LabError: it exited or does not answer; the message has its last lines.
        """
        if self._child.running:
            return
        self._book.write_text(json.dumps(self._answers), "utf-8")
        token = secrets.token_urlsafe(16)
        words = ["--port", str(self.port), "--answers", str(self._book)]
        await self._child.start(
            python_module("squall_faults.stand_in", *words),
            environment={TOKEN_VARIABLE: token},
            inherited=clean_environment(),
            pipe_output=True,
        )
        line = await self._first_line()
        if not line:
            await self._child.kill()
            raise LabError(f"{self._child.name} did not start:\n{self._child.tail()}")
        host, _, port = str(json.loads(line)["api"]).rpartition(":")
        self._client = StandInClient(host, int(port), token)

    async def _first_line(self) -> bytes:
        output = self._child.process.stdout
        if output is None:
            return b""
        try:
            async with asyncio.timeout(START_SECONDS):
                return await output.readline()
        except TimeoutError:
            return b""

    async def accepts(self) -> bool:
        """Whether it answers now."""
        try:
            await self._started.version()
        except (InjectionFailed, LabError):
            return False
        return True

    @property
    def _started(self) -> StandInClient:
        if self._client is None:
            raise LabError(f"{self._child.name} was not started")
        return self._client

    async def arm(self, rule: Mapping[str, Any]) -> str:
        """Put a rule on requests into force; its id."""
        return await self._started.arm(rule)

    async def disarm(self, rule_id: str) -> None:
        """Take it out of force."""
        await self._started.disarm(rule_id)

    async def in_force(self) -> InForce:
        """What is in force now."""
        return await self._started.in_force()

    async def bites(self, rule_id: str) -> int:
        """How often a rule has acted."""
        return await self._started.bites(rule_id)

    async def tally(self) -> UpstreamTally:
        """The requests that arrived so far."""
        return await self._started.tally()

    async def close(self) -> None:
        """Stop it permanently."""
        await self._child.stop(signal.SIGTERM, 2.0)
