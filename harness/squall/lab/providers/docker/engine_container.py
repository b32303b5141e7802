"""A proxy in a container: the real Toxiproxy of the upstream image, or the embedded engine.

The embedded engine needs only the standard library and h11, which is pure Python. Any Python image
can run it: both packages are copied into the container, and nothing needs to be built.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from squall_faults.errors import InjectionFailed
from squall_faults.toxiproxy import ToxiproxyServer

from squall.core.errors import LabError
from squall.lab import readiness
from squall.lab.endpoint import Endpoint, free_port
from squall.lab.providers.docker.container import Container
from squall.lab.providers.docker.container_factory import LOOPBACK, ContainerFactory, ContainerSpec

API_PORT = 8474
DATABASE_PORT = 15_432
REPLICATION_PORT = 15_433
APP_PORT = 18_000
"""Fixed inside: the engine's container has no other listeners."""

START_SECONDS = 30.0


def toxiproxy_image() -> str:
    """``SQUALL_TOXIPROXY_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_TOXIPROXY_IMAGE", "ghcr.io/shopify/toxiproxy:2.12.0")


def python_image() -> str:
    """``SQUALL_PYTHON_IMAGE``, or the upstream one."""
    return os.environ.get("SQUALL_PYTHON_IMAGE", "python:3.11-slim-bookworm")


def embedded(alias: str, ports: dict[int, int], seed: int, token: str) -> ContainerSpec:
    """The embedded engine."""
    import h11  # noqa: PLC0415 - only its path is needed
    import squall_faults.proxy as package  # noqa: PLC0415 - likewise

    options = ["--host", "0.0.0.0", "--port", str(API_PORT), "--seed", str(seed)]  # noqa: S104 - of the container
    return ContainerSpec(
        image=python_image(),
        alias=alias,
        ports=ports,
        command=["python", "-m", "squall_faults.proxy", *options],
        environment={"PYTHONDONTWRITEBYTECODE": "1", "SQUALL_ENGINE_TOKEN": token},
        files={
            "/engine/squall_faults": Path(package.__file__).parent,
            "/engine": Path(h11.__file__).parent,
        },
        user="10001:10001",
        working_dir="/engine",
    )


def toxiproxy(alias: str, ports: dict[int, int]) -> ContainerSpec:
    """The real server."""
    options = ["-host=0.0.0.0", f"-port={API_PORT}"]
    return ContainerSpec(image=toxiproxy_image(), alias=alias, ports=ports, command=options)


class EngineContainer:
    """One engine, published together with the proxy for the app's clients."""

    def __init__(
        self,
        directory: Path,
        yard: ContainerFactory,
        alias: str,
        *,
        real: bool,
        token: str = "",
    ) -> None:
        self.alias = alias
        self.token = "" if real else token
        self._yard = yard
        self._real = real
        self._seed = 0
        self.api = Endpoint(LOOPBACK, free_port())
        self.app = Endpoint(LOOPBACK, free_port())
        """The proxy ``app`` as clients on this machine reach it."""
        self._box = Container(f"the proxy {alias} (docker)", directory / f"{alias}.log", self._make)

    def _make(self) -> Any:  # noqa: ANN401 - docker ships no types
        ports = {API_PORT: self.api.port, APP_PORT: self.app.port}
        if self._real:
            return self._yard.make(toxiproxy(self.alias, ports))
        return self._yard.make(embedded(self.alias, ports, self._seed, self.token))

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not."""
        return self._box.unasked_end

    async def start(self, seed: int) -> None:
        """Start it. Returns when its API answers.

        Raises:
            LabError: it died or does not answer; the message has its last log lines.
        """
        self._seed = seed
        await self._box.start()
        if not await readiness.wait_until(self._answers, START_SECONDS) or not self._box.running:
            raise LabError(f"{self._box.name} did not answer; its last words:\n{self._box.tail()}")

    async def _answers(self) -> bool:
        if not self._box.running:
            return True
        try:
            await ToxiproxyServer(
                self.api.host, self.api.port, call_seconds=1.0, token=self.token
            ).version()
        except InjectionFailed:
            return False
        return True

    async def close(self) -> None:
        """Remove it."""
        await self._box.close()
