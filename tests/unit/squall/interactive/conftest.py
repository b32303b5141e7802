"""A lab that does nothing but write down what faults ask of its app, and a console on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from squall.core.clock import VirtualClock
from squall.core.process_identity import ProcessIdentity
from squall.interactive import control_client
from squall.interactive.control_server import ControlServer
from squall.interactive.recorder import Recorder
from squall_faults import Fault, FaultUnavailable, InjectionFailed, key_of


class StubPort:
    """Whatever a fault of the app or of its callers needs; ``refuses`` names calls that fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.refuses: set[str] = set()
        self.frozen = 3

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.refuses:
            raise InjectionFailed(f"{call}: the stub refuses")

    async def crash(self) -> None:
        self._note("crash")

    async def revive(self) -> None:
        self._note("revive")

    async def pause(self) -> int:
        self._note("pause")
        return self.frozen

    async def resume(self) -> None:
        self._note("resume")

    async def answers(self) -> bool:
        return False

    async def hang_up(self, share: float, _after_seconds: float) -> None:
        self._note("hang_up" if share else "hang_up no more")

    async def cancelled_requests(self) -> int:
        return 0


class StubLab:
    """What the console needs of ``squall.lab.lab.Lab``; it has no database."""

    app_address = "127.0.0.1:1"
    load_url = "http://127.0.0.1:1"
    app_database_url = "postgresql://app@127.0.0.1:2/app"
    engine_address = "http://127.0.0.1:3"
    database = SimpleNamespace(url="postgresql://app@127.0.0.1:4/app")
    directory = Path("/nowhere")

    def __init__(self) -> None:
        self.port = StubPort()
        self.left = ""

    def port_for(self, fault: Fault) -> StubPort:
        if key_of(fault).startswith("database."):
            raise FaultUnavailable(f"{key_of(fault)} needs a database; this lab has none")
        return self.port

    async def broken(self) -> str:
        return self.left


class Bench:
    """A stub lab, its incident and its console, and the place where it is written down."""

    def __init__(self, place: Path) -> None:
        self.clock = VirtualClock(100.0)
        self.lab = StubLab()
        self.incident = Recorder(self.lab, self.clock)  # type: ignore[arg-type] # the stub has the part that is used
        self.said: list[str] = []
        self.to_end = asyncio.Event()
        load = SimpleNamespace(line=lambda: "load: no answers")
        self.console = ControlServer(
            self.lab,  # type: ignore[arg-type] # the same
            self.incident,
            load,  # type: ignore[arg-type] # the same
            self.said.append,
            self.to_end,
        )
        self.place = place

    async def ask(self, **request: Any) -> dict[str, Any]:
        """What ``squall inject`` and the others do, without keeping the console waiting."""
        return await asyncio.to_thread(control_client.ask, request, self.place)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:

    made = Bench(tmp_path / "up.json")
    path = tmp_path / "control.sock"
    await made.console.listen(path)
    control_client.write(
        control_client.LabRecord(process=ProcessIdentity.own(), socket=str(path)), made.place
    )
    yield made
    await made.console.close()
    await made.incident.close()
