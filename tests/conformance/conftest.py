"""Servers that live as long as the session; each test finds them empty."""

from __future__ import annotations

import itertools
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

import pytest

from tests.conformance.bench import Api, Route, answers, end, spawn
from tests.conformance.differences import DIFFERENCES

T = TypeVar("T")

METRICS = ("-proxy-metrics", "-runtime-metrics")


@dataclass
class Bench:
    """One engine, and what a test makes of it."""

    engine: str
    api: Api
    sockets: list[socket.socket] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def route(self, name: str = "", **more: object) -> Route:
        """A proxy with an upstream of its own."""
        return Route(self.api, name or f"route{next(self._numbers)}", self.sockets, **more)

    def differs(self, key: str, *, embedded: T, toxiproxy: T) -> T:
        """What this engine does where the table says that the two differ."""
        assert key in DIFFERENCES, f"{key} is missing in the table of differences"
        return embedded if self.engine == "embedded" else toxiproxy


class Servers:
    """Started when first asked for; a server that died or hangs is replaced."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[subprocess.Popen[str], Api]] = {}

    def api(self, engine: str) -> Api:
        process, api = self._running.get(engine, (None, None))
        if process is None or api is None or process.poll() is not None or not answers(api):
            self.drop(engine)
            process, api = self._running[engine] = spawn(engine, *METRICS)
        return api

    def drop(self, engine: str) -> None:
        if engine in self._running:
            end(self._running.pop(engine)[0])

    def close(self) -> None:
        for engine in list(self._running):
            self.drop(engine)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    made = Servers()
    yield made
    made.close()


@pytest.fixture
def bench(engine: str, servers: Servers) -> Iterator[Bench]:
    """An engine without proxies."""
    made = Bench(engine, servers.api(engine))
    yield made
    for each in made.sockets:
        each.close()
    try:
        for name in made.api("GET", "/proxies").json:
            made.api("DELETE", f"/proxies/{quote(name)}")
    except OSError:  # it hangs or is gone, and the next test gets a fresh one
        servers.drop(engine)
