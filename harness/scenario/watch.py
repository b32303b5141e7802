"""What is looked at while a run goes on, beside the requests.

Sessions in the database, probes, load, the app's own gauges, the app's process.

Each look has a task of its own, so that a probe that hangs does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

from faults import FaultError
from harness.core import events
from harness.core.clock import Clock
from harness.providers import metrics, readiness
from harness.scenario.lab import Lab

SAMPLE_SECONDS = 0.1
GAUGE_SECONDS = 0.2
"""Rarer than the rest: the app under test pays for a scrape."""
TICK_SECONDS = 0.01
LOOK_SECONDS = 5.0
"""Longer than any look takes: probes and the observer have limits of their own."""


class Watch:
    """Publishes events until it is stopped."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._failed_starts = len(lab.app.failed_starts)
        """Of them is told already."""
        self._late = 0.0
        """How late this process itself has been since it was last set to 0."""

    async def __aenter__(self) -> Self:
        """Begin."""
        profile = self._lab.profile
        looks: list[Callable[[], Awaitable[None]]] = [
            self._sessions,
            self.database_load,
            self._process,
            self._awaiting,
        ]
        self._tasks = [asyncio.create_task(self._own_lag())]
        if profile.live_path is not None:
            looks.append(self._probing("live", profile.live_path))
        if profile.has_readiness:
            looks.append(self._probing("ready", profile.ready_path))
        self._tasks += [asyncio.create_task(self._often(look)) for look in looks]
        if profile.metrics_path is not None:
            looking = self._often(self._gauges(profile.metrics_path), GAUGE_SECONDS)
            self._tasks.append(asyncio.create_task(looking))
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Stop: let every look end by itself, since each is bounded, and a cut one does harm."""
        self._stop.set()
        try:
            await asyncio.wait(self._tasks, timeout=LOOK_SECONDS)
        finally:
            for task in self._tasks:
                task.cancel()
        await asyncio.wait(self._tasks)
        for task in self._tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _often(
        self, look: Callable[[], Awaitable[None]], pause: float = SAMPLE_SECONDS
    ) -> None:
        while not self._stop.is_set():
            await look()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stop.wait()

    async def _own_lag(self) -> None:
        """Notice when this process gets its turn late: everything it measures is late, too."""
        while not self._stop.is_set():
            due = self._clock.now() + TICK_SECONDS
            await self._clock.sleep(TICK_SECONDS)
            self._late += max(0.0, self._clock.now() - due - TICK_SECONDS)

    async def _sessions(self) -> None:
        sample = await self._lab.observer.sample()
        if sample is not None:
            self._log(sample)

    async def database_load(self) -> None:
        """What the proxy to the database has counted by now."""
        try:
            seen = await self._lab.database_traffic()
        except FaultError:
            return  # the engine is busy or gone; the run itself will tell
        self._log(
            events.DatabaseLoad(
                at=self._clock.now(), statements=seen.statements, connections=seen.accepted
            )
        )

    async def _awaiting(self) -> None:
        seconds = self._lab.app.processor_awaited
        if seconds is not None:
            self._log(events.ProcessorAwaited(at=self._clock.now(), seconds=seconds))

    async def _process(self) -> None:
        app, now = self._lab.app, self._clock.now()
        for code in app.failed_starts[self._failed_starts :]:
            self._log(events.AppExited(at=now, exit_code=code, starting=True))
            self._failed_starts += 1
        if app.exit_code is None or app.meant_to_be_down:
            return
        self._log(events.AppExited(at=now, exit_code=app.exit_code))
        await self._stop.wait()  # once is enough

    def _gauges(self, path: str) -> Callable[[], Awaitable[None]]:
        app, wanted = self._lab.app, self._lab.profile.gauges

        async def look() -> None:
            values = await metrics.gauges(app.host, app.port, path)
            if values is None:
                return  # an app that is down or busy draws a hole
            states = {}
            for name, words in wanted.items():
                if words and name in values:
                    states[name] = _word(words, values[name])
            chosen = {name: values[name] for name in (wanted or values) if name in values}
            self._log(events.GaugesSampled(at=self._clock.now(), values=chosen, states=states))

        return look

    def _probing(self, probe: str, path: str) -> Callable[[], Awaitable[None]]:
        app = self._lab.app

        async def look() -> None:
            down, times = app.meant_to_be_down, app.times_down
            asked = self._clock.now()
            self._late = 0.0
            status = await readiness.http_status(app.host, app.port, path)
            now = self._clock.now()
            self._log(
                events.ProbeSampled(
                    at=now,
                    probe=probe,
                    status=status,
                    # What this process itself was late is no fault of the app's.
                    seconds=max(0.0, now - asked - self._late),
                    app_meant_down=down or app.meant_to_be_down or times != app.times_down,
                )
            )

        return look


def _word(words: tuple[str, ...], value: float) -> str:
    """The word for a state; the number itself where there is none."""
    index = int(value)
    return words[index] if index == value and 0 <= index < len(words) else f"{value:g}"
