"""One interactive lab: it starts, listens to its control socket, and ends on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from squall.core.clock import MonotonicClock
from squall.core.errors import UsageError
from squall.core.process_identity import ProcessIdentity
from squall.interactive import control_client
from squall.interactive.background_load import BackgroundLoad
from squall.interactive.control_server import ControlServer, addresses
from squall.interactive.recorder import Recorder
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall.scenario.model import Load as Planned
from squall.scenario.yaml_dumper import dump
from squall.scenario.yaml_loader import SUFFIX

GLANCE_EVERY_SECONDS = 2.0
Say = Callable[[str], None]


class InteractiveLab:
    """From ``squall up`` to ``squall down``."""

    def __init__(
        self,
        options: LabOptions,
        *,
        rate_per_second: float,
        record: Path | None,
        story: str = "",
        say: Say,
        loud: bool,
    ) -> None:
        self._options = options
        self._rate = rate_per_second
        self._record = record
        self._story = story
        self._say = say
        self._loud = loud
        self._to_end = asyncio.Event()

    def end(self) -> None:
        """Heal, clean up, and let :meth:`run` return."""
        self._to_end.set()

    async def run(self, next_step: str) -> None:
        """Start the lab and keep it up. Returns when it has ended and nothing of it is left."""
        starting = asyncio.create_task(self._started(next_step))
        ending = asyncio.create_task(self._to_end.wait())
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if ending.done() and not starting.done():
            # Requested to end: a lab that is up notices it; one that is starting is cancelled.
            await asyncio.wait({starting}, timeout=5)
            starting.cancel()
        ending.cancel()
        await asyncio.gather(starting, return_exceptions=False)

    async def _started(self, next_step: str) -> None:
        clock = MonotonicClock()
        async with lab(self._options) as running:
            incident, load = Recorder(running, clock), BackgroundLoad(running, clock, self._rate)
            console = ControlServer(running, incident, load, self._say, self._to_end)
            await self._open(console, running)
            try:
                await load.start()
                self._say(shown(running, next_step))
                await self._watch(load)
            finally:
                control_client.forget()
                await console.close()
                await incident.close()
                self._write(incident)

    async def _open(self, console: ControlServer, running: Lab) -> None:
        place = control_client.LabRecord(
            process=ProcessIdentity.own(), socket=str(running.directory / "control.sock")
        )
        await console.listen(Path(place.socket))
        control_client.write(place)

    async def _watch(self, load: BackgroundLoad) -> None:
        while not self._to_end.is_set():
            try:
                async with asyncio.timeout(GLANCE_EVERY_SECONDS):
                    await self._to_end.wait()
            except TimeoutError:
                if self._rate > 0 and self._loud:
                    self._say(load.line())

    def _write(self, incident: Recorder) -> None:
        if self._record is None:
            return
        load = Planned(rate_per_second=self._rate) if self._rate >= 1 else Planned()
        try:
            name = self._record.name.removesuffix(SUFFIX)
            scenario = incident.recorded(name, load, self._story)
        except UsageError as error:
            self._say(f"not recorded: {error}")
            return
        if scenario is None:
            self._say("nothing was injected, so nothing was recorded")
            return
        self._record.write_text(dump(scenario), encoding="utf-8")
        self._say(f"recorded: squall run {self._record}")


def shown(running: Lab, next_step: str) -> str:
    """What you need to know of a lab that is up."""
    lines = [f"{name:16} {address}" for name, address in addresses(running).items()]
    return "\n".join(["the lab is up", *lines, "", next_step])
