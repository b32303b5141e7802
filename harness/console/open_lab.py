"""One lab that is up: started, listening to its control socket, ended when told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from harness.console import client
from harness.console.incident import Incident
from harness.console.load import Load
from harness.console.server import Console, addresses
from harness.core.clock import MonotonicClock
from harness.core.errors import UsageError
from harness.scenario.dumper import dump
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions
from harness.scenario.loader import SUFFIX
from harness.scenario.model import Load as Planned

GLANCE_EVERY_SECONDS = 2.0
Say = Callable[[str], None]


class OpenLab:
    """From ``squall up`` to ``squall down``."""

    def __init__(
        self,
        options: LabOptions,
        *,
        rate_per_second: float,
        record: Path | None,
        say: Say,
        loud: bool,
    ) -> None:
        self._options = options
        self._rate = rate_per_second
        self._record = record
        self._say = say
        self._loud = loud
        self._to_end = asyncio.Event()

    def end(self) -> None:
        """Heal, clean up, and let :meth:`run` return."""
        self._to_end.set()

    async def run(self, next_step: str) -> None:
        """Start the lab and hold it; returns when it has ended and nothing of it is left."""
        starting = asyncio.create_task(self._started(next_step))
        ending = asyncio.create_task(self._to_end.wait())
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if ending.done() and not starting.done():
            # Told to end: the lab notices by itself once it is up; before that it is cut short.
            await asyncio.wait({starting}, timeout=5)
            starting.cancel()
        ending.cancel()
        await asyncio.gather(starting, return_exceptions=False)

    async def _started(self, next_step: str) -> None:
        clock = MonotonicClock()
        async with lab(self._options) as running:
            incident, load = Incident(running, clock), Load(running, clock, self._rate)
            console = Console(running, incident, load, self._say, self._to_end)
            await self._open(console, running)
            try:
                await load.start()
                self._say(shown(running, next_step))
                await self._watch(load)
            finally:
                client.forget()
                await console.close()
                await incident.close()
                self._write(incident)

    async def _open(self, console: Console, running: Lab) -> None:
        place = client.Place(pid=os.getpid(), socket=str(running.directory / "control.sock"))
        await console.listen(Path(place.socket))
        client.write(place)

    async def _watch(self, load: Load) -> None:
        while not self._to_end.is_set():
            try:
                async with asyncio.timeout(GLANCE_EVERY_SECONDS):
                    await self._to_end.wait()
            except TimeoutError:
                if self._rate > 0 and self._loud:
                    self._say(load.line())

    def _write(self, incident: Incident) -> None:
        if self._record is None:
            return
        load = Planned(rate_per_second=self._rate) if self._rate >= 1 else Planned()
        try:
            scenario = incident.recorded(self._record.name.removesuffix(SUFFIX), load)
        except UsageError as error:
            self._say(f"not recorded: {error}")
            return
        if scenario is None:
            self._say("nothing was injected, so nothing was recorded")
            return
        self._record.write_text(dump(scenario), encoding="utf-8")
        self._say(f"recorded: squall run {self._record}")


def shown(running: Lab, next_step: str) -> str:
    """What a person needs to know of a lab that is up."""
    lines = [f"{name:16} {address}" for name, address in addresses(running).items()]
    return "\n".join(["the lab is up", *lines, "", next_step])
