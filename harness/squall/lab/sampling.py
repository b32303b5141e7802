"""Samples taken during a run, in addition to the requests.

Sessions in the database, probes, load, the app's own gauges, the app's process.

Each sampler has its own task, so that a probe that hangs does not delay the others.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Self

from squall_faults import FaultError

from squall.core import events
from squall.core.clock import Clock
from squall.lab import app_log, app_metrics, readiness
from squall.lab.lab import Lab
from squall.lab.rest import password_of
from squall.lab.upstream_record import read_tallies
from squall.lab.without_credentials import forbidden_reads, read_without_credentials

SAMPLE_SECONDS = 0.1
GAUGE_SECONDS = 0.2
"""Less frequent than the others, because a scrape costs the app under test time."""
STRANGER_SECONDS = 0.2
"""As rarely as three answers before the fault allow: an app may count refused clients."""
FORBIDDEN_SECONDS = 0.05
"""A check of rights that fails open lets in few of those who ask."""
TICK_SECONDS = 0.01
NEEDS_CREDENTIALS = frozenset({401, 403})
SERVER_ERROR = 500
LOOK_SECONDS = 5.0
"""Longer than any sample takes: probes and the observer have their own limits."""


class Sampler:
    """Publishes events until it is stopped."""

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._failed_starts = len(lab.app.failed_starts)
        """Ends of the app's process that are already in the event log."""
        self._late = 0.0
        """The largest delay of this process since the value was last set to 0."""
        self._log_sizes: list[tuple[int, float]] = []
        """Size of the app's log in bytes, and when it had that size."""

    async def __aenter__(self) -> Self:
        """Start the samplers."""
        profile = self._lab.profile
        looks: list[Callable[[], Awaitable[None]]] = [
            self._sessions,
            self.database_load,
            self._process,
            self._awaiting,
            self._log_size,
        ]
        self._tasks = [asyncio.create_task(self._own_lag())]
        if profile.dependencies:
            looks.append(self.upstream_load)
        if profile.live is not None:
            looks.append(self._probing("live", profile.live))
        if profile.has_readiness:
            looks.append(self._probing("ready", profile.ready_path))
        self._tasks += [asyncio.create_task(look) for look in self._strangers()]
        self._tasks += [asyncio.create_task(self._often(look)) for look in looks]
        if profile.metrics is not None:
            looking = self._often(self._gauges(profile.metrics), GAUGE_SECONDS)
            self._tasks.append(asyncio.create_task(looking))
        return self

    def _strangers(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Reads that are to be refused, if there are any."""
        operations, seed = self._lab.profile.operations, self._lab.options.seed
        stranger = read_without_credentials(operations, seed)
        if stranger is not None:
            yield self._often(self._unknown_client([(stranger, {})]), STRANGER_SECONDS)
        reads = [(one.path, one.headers) for one in forbidden_reads(operations, seed)]
        if reads:
            yield self._often(self._unknown_client(reads, known=True), FORBIDDEN_SECONDS)

    async def __aexit__(self, *_exception: object) -> None:
        """Stop. Every sample may finish, because each is bounded and a cancelled one does harm."""
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
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Wait until the time is over, or the sampler is stopped."""
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({sleep, stop}, return_when=asyncio.FIRST_COMPLETED)
        sleep.cancel()
        stop.cancel()

    async def _own_lag(self) -> None:
        """Measure how late this process is scheduled: everything it measures is late, too."""
        while not self._stop.is_set():
            due = self._clock.now() + TICK_SECONDS
            await self._clock.sleep(TICK_SECONDS)
            self._late += max(0.0, self._clock.now() - due - TICK_SECONDS)

    async def _sessions(self) -> None:
        sample = await self._lab.observer.sample()
        if sample is not None:
            self._log(sample)

    async def database_load(self) -> None:
        """What the proxy in front of the database has counted by now."""
        try:
            seen = await self._lab.database_traffic()
        except FaultError:
            return  # the engine is busy or gone; the run itself reports that
        self._log(
            events.DatabaseLoad(
                at=self._clock.now(),
                statements=seen.statements,
                connections=seen.accepted,
                bytes=seen.upstream_bytes + seen.downstream_bytes,
            )
        )

    async def upstream_load(self) -> None:
        """The requests that reached the stand-ins of HTTP servers by now."""
        for name, tally in (await read_tallies(self._lab)).items():
            self._log(
                events.UpstreamLoad(
                    at=self._clock.now(),
                    name=name,
                    requests=tally.requests,
                    unknown=tally.unknown,
                    keys=tally.keys,
                    answered=tally.answered,
                    answered_alike=tally.answered_alike,
                    in_doubt=tally.in_doubt,
                    in_doubt_again=tally.in_doubt_again,
                )
            )

    async def _awaiting(self) -> None:
        seconds = self._lab.app.processor_awaited
        if seconds is not None:
            self._log(events.ProcessorAwaited(at=self._clock.now(), seconds=seconds))

    async def _log_size(self) -> None:
        seen = app_log.size(self._lab.app.log_path)
        if not self._log_sizes or self._log_sizes[-1][0] != seen:
            self._log_sizes.append((seen, self._clock.now()))

    def written_at(self, offset: int) -> float:
        """When this byte of the app's log was first seen, to the accuracy of a sample."""
        after = (at for size, at in self._log_sizes if size > offset)
        return next(after, self._clock.now())

    async def _process(self) -> None:
        app, now = self._lab.app, self._clock.now()
        for code in app.failed_starts[self._failed_starts :]:
            allowed = not self._lab.profile.starts_without_database
            self._log(events.AppExited(at=now, exit_code=code, starting=True, allowed=allowed))
            self._failed_starts += 1
        if app.exit_code is None or app.meant_to_be_down:
            return
        self._log(events.AppExited(at=now, exit_code=app.exit_code))
        await self._stop.wait()  # once is enough

    def _gauges(self, path: str) -> Callable[[], Awaitable[None]]:
        app, wanted = self._lab.app, self._lab.profile.gauges

        async def look() -> None:
            values = await app_metrics.gauges(app.host, app.port, path, app.scheme)
            if values is None:
                return  # an app that is down or busy leaves a gap
            states = {}
            for name, words in wanted.items():
                if words and name in values:
                    states[name] = _word(words, values[name])
            chosen = {name: values[name] for name in (wanted or values) if name in values}
            self._log(events.GaugesSampled(at=self._clock.now(), values=chosen, states=states))

        return look

    def _unknown_client(
        self, reads: Sequence[tuple[str, Mapping[str, str]]], *, known: bool = False
    ) -> Callable[[], Awaitable[None]]:
        app, turns = self._lab.app, itertools.cycle(reads)
        wanted = True

        async def look() -> None:
            nonlocal wanted
            if not wanted:
                return
            path, headers = next(turns)
            status = await readiness.http_status(app.host, app.port, path, app.scheme, headers)
            wanted = status is None or status in NEEDS_CREDENTIALS or status >= SERVER_ERROR
            if status is not None:
                now = self._clock.now()
                self._log(events.UnknownClientAnswered(at=now, status=status, known=known))

        return look

    def _probing(self, probe: str, path: str) -> Callable[[], Awaitable[None]]:
        app = self._lab.app
        secret = password_of(self._lab).encode()

        async def look() -> None:
            down, times = app.meant_to_be_down, app.times_down
            asked = self._clock.now()
            self._late = 0.0
            answer = await readiness.http_answer(app.host, app.port, path, app.scheme)
            now = self._clock.now()
            self._log(
                events.ProbeSampled(
                    at=now,
                    probe=probe,
                    status=None if answer is None else answer.status,
                    # Delays of this process itself are not the app's fault.
                    seconds=max(0.0, now - asked - self._late),
                    app_meant_down=down or app.meant_to_be_down or times != app.times_down,
                    discloses=answer is not None and bool(secret) and secret in answer.body,
                )
            )

        return look


def _word(words: tuple[str, ...], value: float) -> str:
    """The name of a state; the number itself if it has no name."""
    index = int(value)
    return words[index] if index == value and 0 <= index < len(words) else f"{value:g}"
