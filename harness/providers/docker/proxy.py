"""A proxy in a container: the real Toxiproxy of the upstream image, or the embedded engine.

The embedded engine is a leaf without dependencies, so any Python image runs it: its package is
copied into the container, and nothing has to be built.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from faults.errors import InjectionFailed
from faults.toxiproxy import ToxiproxyServer
from harness.core.errors import LabError
from harness.providers import readiness
from harness.providers.base import Endpoint, free_port
from harness.providers.docker.box import Box
from harness.providers.docker.yard import LOOPBACK, Recipe, Yard

API_PORT = 8474
DATABASE_PORT = 15_432
REPLICATION_PORT = 15_433
APP_PORT = 18_000
"""Fixed inside: the engine's container has them to itself."""

START_SECONDS = 30.0


def toxiproxy_image() -> str:
    """``SQUALL_TOXIPROXY_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_TOXIPROXY_IMAGE", "ghcr.io/shopify/toxiproxy:2.12.0")


def python_image() -> str:
    """``SQUALL_PYTHON_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_PYTHON_IMAGE", "python:3.11-slim-bookworm")


def embedded(alias: str, ports: dict[int, int], seed: int) -> Recipe:
    """The embedded engine."""
    import faults.proxy as package  # noqa: PLC0415 - only its place is wanted

    options = ["--host", "0.0.0.0", "--port", str(API_PORT), "--seed", str(seed)]  # noqa: S104 - of the container
    return Recipe(
        image=python_image(),
        alias=alias,
        ports=ports,
        command=["python", "-m", "faults.proxy", *options],
        environment={"PYTHONDONTWRITEBYTECODE": "1"},
        files={"/engine/faults": Path(package.__file__).parent},
        user="10001:10001",
        working_dir="/engine",
    )


def toxiproxy(alias: str, ports: dict[int, int]) -> Recipe:
    """The real server."""
    options = ["-host=0.0.0.0", f"-port={API_PORT}"]
    return Recipe(image=toxiproxy_image(), alias=alias, ports=ports, command=options)


class ProxyContainer:
    """One engine, published with the proxy that callers of the app use."""

    def __init__(self, directory: Path, yard: Yard, alias: str, *, real: bool) -> None:
        self.alias = alias
        self._yard = yard
        self._real = real
        self._seed = 0
        self.api = Endpoint(LOOPBACK, free_port())
        self.app = Endpoint(LOOPBACK, free_port())
        """The proxy ``app`` as callers on this machine reach it."""
        self._box = Box(f"the proxy {alias} (docker)", directory / f"{alias}.log", self._make)

    def _make(self) -> Any:  # noqa: ANN401 - docker ships no types
        ports = {API_PORT: self.api.port, APP_PORT: self.app.port}
        if self._real:
            return self._yard.make(toxiproxy(self.alias, ports))
        return self._yard.make(embedded(self.alias, ports, self._seed))

    async def start(self, seed: int) -> None:
        """Start it; returns once its API answers.

        Raises:
            LabError: it died or is silent, with its last log lines.
        """
        self._seed = seed
        await self._box.start()
        if not await readiness.until(self._answers, START_SECONDS) or not self._box.running:
            raise LabError(f"{self._box.name} did not answer; its last words:\n{self._box.tail()}")

    async def _answers(self) -> bool:
        if not self._box.running:
            return True
        try:
            await ToxiproxyServer(self.api.host, self.api.port, call_seconds=1.0).version()
        except InjectionFailed:
            return False
        return True

    async def close(self) -> None:
        """Remove it."""
        await self._box.close()
