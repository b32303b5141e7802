"""The proxy's process: the embedded engine, or the real Toxiproxy where it is found or named."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from faults.errors import InjectionFailed
from faults.toxiproxy import ToxiproxyServer
from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.base import Endpoint, free_port
from harness.providers.process.child import Child
from harness.providers.process.keeper import Keeper

START_SECONDS = 15.0
INSTALL = "go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0"


def find_toxiproxy(named: str | None = None) -> str | None:
    """The real server's program: named, ``SQUALL_TOXIPROXY_BIN``, or on PATH."""
    for candidate in (named, os.environ.get("SQUALL_TOXIPROXY_BIN"), "toxiproxy-server"):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    return None


class ProxyProcess:
    """One engine."""

    def __init__(self, directory: Path, keeper: Keeper, binary: str | None = None) -> None:
        self.binary = binary
        name = "toxiproxy" if binary else "engine"
        self._child = Child(f"the proxy ({name})", directory / f"{name}.log", keeper)
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

    async def start(self, seed: int) -> None:
        """Start it; returns once its API answers.

        Raises:
            LabError: it died or is silent, with its last log lines.
        """
        if self.binary is None:
            await self._start_embedded(seed)
        else:
            await self._start_toxiproxy(self.binary)

    async def _start_embedded(self, seed: int) -> None:
        command = [sys.executable, "-m", "faults.proxy", "--host", "127.0.0.1", "--port", "0"]
        await self._child.start([*command, "--seed", str(seed)], pipe_output=True)
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
        if not await readiness.until(self._answers, START_SECONDS):
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

    def _silent(self) -> LabError:
        return LabError(
            f"{self._child.name} did not answer; its last words:\n{self._child.tail()}\n"
            "  see what this machine can run: squall doctor"
        )

    async def close(self) -> None:
        """End it."""
        await self._child.stop(signal.SIGTERM, 2.0)
