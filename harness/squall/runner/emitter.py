"""Pass the events of a suite to its listeners."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from squall.core.clock import Clock
from squall.runner.suite_events import SuiteEvent, SuiteListener


@dataclass(slots=True)
class Emitter:
    """Listeners receive events in the order in which they were emitted."""

    listeners: Sequence[SuiteListener]
    clock: Clock
    failed: BaseException | None = None
    """The error of a listener. It ends the suite, because its reports would be incomplete."""
    _pending: set[asyncio.Future[None]] = field(default_factory=set)

    def now(self) -> float:
        """The time for an event that happens now."""
        return self.clock.now()

    async def emit(self, event: SuiteEvent) -> None:
        """Pass the event to every listener; return when all have processed it."""
        for listener in self.listeners:
            with self._noticed():
                work = listener(event)
                if inspect.isawaitable(work):
                    await work

    def emit_now(self, event: SuiteEvent) -> None:
        """Pass the event to every listener now, without waiting for asynchronous ones."""
        for listener in self.listeners:
            with self._noticed():
                work = listener(event)
            if inspect.isawaitable(work):
                task = asyncio.ensure_future(self._finish(work))
                self._pending.add(task)
                task.add_done_callback(self._pending.discard)

    async def settle(self) -> None:
        """Wait for the listeners that :meth:`emit_now` has started. The first error is raised."""
        await asyncio.gather(*self._pending)

    async def _finish(self, work: Awaitable[None]) -> None:
        with self._noticed():
            await work

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.failed = error
            raise
