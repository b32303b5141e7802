"""The proxy's process: the embedded engine, or the real Toxiproxy if it is found or named."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from pathlib import Path

from squall_faults.errors import InjectionFailed
from squall_faults.toxiproxy import ToxiproxyServer

from squall.core.child_programs import clean_environment, python_module
from squall.core.errors import EngineFailed, LabError
from squall.lab import readiness
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.watchdog import Watchdog

START_SECONDS = 15.0
INSTALL = "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"


def find_toxiproxy(named: str | None = None) -> str | None:
    """The real server's program: the given one, ``SQUALL_TOXIPROXY_BIN``, or from PATH."""
    for candidate in (named, os.environ.get("SQUALL_TOXIPROXY_BIN"), "toxiproxy-server"):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    return None


class EngineProcess:
    """One engine."""

    def __init__(
        self, directory: Path, keeper: Watchdog, binary: str | None = None, *, token: str = ""
    ) -> None:
        """``token``: expected in every request to its API. A real Toxiproxy has none."""
        self.binary = binary
        self.token = "" if binary else token
        name = "toxiproxy" if binary else "engine"
        self._child = ManagedProcess(f"the proxy ({name})", directory / f"{name}.log", keeper)
        self._api: Endpoint | None = None

    @property
    def api(self) -> Endpoint:
        """Address of its HTTP API."""
        if self._api is None:
            raise LabError(f"{self._child.name} was not started")
        return self._api

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._child.process.pid

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""
        return self._child.unasked_end

    async def start(self, seed: int) -> None:
        """Start it. Returns when its API answers.

        Raises:
            LabError: it died or does not answer; the message has its last log lines.
        """
        if self.binary is None:
            await self._start_embedded(seed)
        else:
            await self._start_toxiproxy(self.binary)

    async def _start_embedded(self, seed: int) -> None:
        options = ["--host", "127.0.0.1", "--port", "0", "--seed", str(seed)]
        await self._child.start(
            python_module("squall_faults.proxy", *options),
            environment={"SQUALL_ENGINE_TOKEN": self.token} if self.token else None,
            inherited=clean_environment(),
            pipe_output=True,
        )
        output = self._child.process.stdout
        line = b""
        if output is not None:
            try:
                async with asyncio.timeout(START_SECONDS):
                    line = await output.readline()
            except TimeoutError:
                line = b""
        if not line:
            raise self._silent()
        host, _, port = str(json.loads(line)["listening"]).rpartition(":")
        self._api = Endpoint(host, int(port))

    async def _start_toxiproxy(self, binary: str) -> None:
        self._api = Endpoint("127.0.0.1", free_port())
        port = str(self._api.port)
        await self._child.start([binary, "-host", "127.0.0.1", "-port", port])
        if not await readiness.wait_until(self._answers, START_SECONDS):
            raise self._silent()

    async def _answers(self) -> bool:
        if not self._child.running:
            raise self._silent()
        server = ToxiproxyServer(self.api.host, self.api.port, call_seconds=1.0)
        try:
            await server.version()
        except InjectionFailed:
            return False
        return True

    def _silent(self) -> EngineFailed:
        return EngineFailed(
            f"{self._child.name} did not answer; its last words:\n{self._child.tail()}\n"
            "  see what this machine can run: squall doctor"
        )

    async def close(self) -> None:
        """Stop it."""
        await self._child.stop(signal.SIGTERM, 2.0)
