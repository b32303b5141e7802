"""A lab that is held by ordinary, synchronous code: its event loop runs in a thread of its own.

For pytest and notebooks. The lab starts with the first run, not before.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from harness.core import events
from harness.core.errors import LabError, UsageError
from harness.providers.process.proxy import INSTALL, find_toxiproxy
from harness.scenario.conclusive import conclusive
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions
from harness.scenario.library import stock
from harness.scenario.loader import load
from harness.scenario.model import Scenario
from harness.scenario.runner import Run, Runner

T = TypeVar("T")

CLOSE_SECONDS = 20.0


class HeldLab:
    """One lab, and :meth:`run` for one scenario after the other."""

    def __init__(self, options: LabOptions) -> None:
        self.options = options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stack = AsyncExitStack()
        self._lab: Lab | None = None
        self._spent = False
        """An outage has left the app ill: the next run gets a new lab."""

    def run(self, scenario: Scenario | str | Path, *, seed: int | None = None) -> Run:
        """Run a scenario: an object, the name of a stock outage, or a file.

        Raises:
            UsageError: there is no such outage, or the file has problems.
            LabError: the lab broke; the next run gets a new one.
        """
        wanted = resolved(scenario)
        chosen = self.options.seed if seed is None else seed
        try:
            return self._wait(self._run(wanted, chosen))
        except LabError:
            self.close()
            raise

    @property
    def lab(self) -> Lab:
        """The running lab, started now if it is not; a new one after an app that fell ill."""
        if self._spent:
            self._wait(self._ended())
        if self._lab is None:
            self._lab = self._wait(self._started())
        return self._lab

    @property
    def app_log(self) -> Path:
        """What the app of the last run printed."""
        return (self._lab or self.lab).app.log_path

    def lacks(self, scenario: Scenario) -> str:
        """Why the lab, which is started for it, cannot run a scenario; empty when it can."""
        return self.lab.lacks(scenario)

    def close(self) -> None:
        """End the lab and its thread; nothing is left."""
        if self._loop is None:
            return
        try:
            self._wait(self._stack.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            if self._thread is not None:
                self._thread.join(CLOSE_SECONDS)
            self._loop.close()
            self._loop = self._lab = self._thread = None
            self._stack, self._spent = AsyncExitStack(), False

    async def _ended(self) -> None:
        await self._stack.aclose()
        self._stack, self._lab, self._spent = AsyncExitStack(), None, False

    async def _started(self) -> Lab:
        return await self._stack.enter_async_context(lab(self.options))

    async def _run(self, scenario: Scenario, seed: int) -> Run:
        if self._spent:
            await self._ended()
        used = self._lab is not None
        run = await self._once(scenario, seed)
        if used and run.ill_before and self.options.can_start_anew:
            await self._ended()
            run = await self._once(scenario, seed)
        self._spent = run.spends_its_lab and self.options.can_start_anew
        return run

    async def _once(self, scenario: Scenario, seed: int) -> Run:
        if self._lab is None:
            self._lab = await self._started()
        left = await self._lab.broken()
        if left:
            raise LabError(f"the lab is not whole before the run: {left}")
        return await conclusive(
            Runner(self._lab), scenario, seed=seed, listener=_deaf, again=_forget
        )

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work`` on our loop; an interruption cancels it and waits for the end."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
            self._thread.start()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise
        except CancelledError as error:
            raise LabError("the run was cancelled") from error


def missing(options: LabOptions) -> tuple[str, str] | None:
    """What this machine lacks for such a lab, ``docker`` or ``toxiproxy``, and the next step."""
    if options.provider == "process" and options.engine == "toxiproxy" and find_toxiproxy() is None:
        return "toxiproxy", f"toxiproxy is missing; install it with: {INSTALL}"
    if options.provider != "process":
        try:
            from harness.providers.docker.engine import plain  # noqa: PLC0415 - an extra

            plain().close()
        except ImportError:
            return "docker", "docker is missing; install it with: pip install 'squall[docker]'"
        except LabError as error:
            return "docker", f"docker is missing: {str(error).splitlines()[0]}"
    return None


def _deaf(_event: events.Event) -> None:
    """Nobody watches live."""


def _forget(_run: Run) -> None:
    """Nobody is told of a run that a busy machine has spoilt."""


def resolved(scenario: Scenario | str | Path) -> Scenario:
    """The scenario that is meant.

    Raises:
        UsageError: there is no stock outage of this name, or the file has problems.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Path):
        return load(scenario)
    known = {outage.name: outage for outage in stock()}
    if scenario not in known:
        names = ", ".join(known)
        raise UsageError(f"there is no stock outage {scenario!r}; there are: {names}")
    return known[scenario]
