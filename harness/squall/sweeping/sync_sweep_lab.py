"""A lab for sweeps from ordinary, synchronous code such as a pytest session."""

from __future__ import annotations

import asyncio
from typing import Any

from squall.core.background_loop import BackgroundLoop
from squall.core.errors import UsageError
from squall.lab.lab_options import LabOptions
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sweeper import SweepOptions, sweep_in
from squall.sweeping.tapped_lab import TappedLab, tapped_lab


class SyncSweepLab:
    """One lab for several sweeps. It starts with the first one, in a thread of its own."""

    def __init__(self, options: LabOptions) -> None:
        self.options = options
        self._loop = BackgroundLoop()
        self._held: _HeldLab | None = None

    def sweep(self, wanted: SweepOptions) -> SweepResult:
        """Sweep in the lab. After an error the next sweep gets a new one.

        Raises:
            LabError: the lab broke, or no operation can be profiled.
            UsageError: an operation or a cell does not exist.
        """
        try:
            return self._loop.wait(self._sweep(wanted))
        except UsageError:
            raise
        except BaseException:
            self.close()
            raise

    async def _sweep(self, wanted: SweepOptions) -> SweepResult:
        if self._held is None:
            held = _HeldLab(self.options)
            await held.start()
            self._held = held
        return await sweep_in(self._held.room, wanted)

    def close(self) -> None:
        """End the lab and the thread; nothing is left."""
        if not self._loop.running:
            return
        try:
            if self._held is not None:
                self._loop.wait(self._held.end())
        finally:
            self._held = None
            self._loop.close()


class _HeldLab:
    """A tapped lab between two calls. One task enters and leaves it, as asyncio demands."""

    def __init__(self, options: LabOptions) -> None:
        self._options = options
        self._over = asyncio.Event()
        self._ready: asyncio.Future[TappedLab] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    @property
    def room(self) -> TappedLab:
        """The lab that is up."""
        return self._ready.result()

    async def start(self) -> None:
        """Start it. Raises LabError if a part does not start."""
        self._task = asyncio.create_task(self._hold())
        try:
            both: set[asyncio.Future[Any]] = {self._task, self._ready}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait({self._task})
            raise
        if not self._ready.done():
            self._task.result()

    async def _hold(self) -> None:
        async with tapped_lab(self._options) as room:
            self._ready.set_result(room)
            await self._over.wait()

    async def end(self) -> None:
        """End it and wait."""
        self._over.set()
        if self._task is not None:
            await self._task
