"""A lab for ordinary, synchronous code: its event loop runs in a separate thread.

For pytest and notebooks. The lab starts with the first run, not before. Repeats and new labs follow
the policy of the suite runner, whose events the listeners receive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from squall.core.background_loop import BackgroundLoop
from squall.core.clock import MonotonicClock
from squall.core.errors import AppFailed, LabError
from squall.lab.lab import Lab
from squall.lab.lab_options import LabOptions
from squall.lab.providers.process.engine_process import INSTALL, find_toxiproxy
from squall.runner.emitter import Emitter
from squall.runner.lab_slot import LabSlot, LabTally
from squall.runner.resolve_scenario import resolve_scenario
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import DEFAULT_POLICY, RetryPolicy
from squall.runner.scenario_runs import Deferred, ScenarioRuns
from squall.runner.scenario_task import ScenarioTask
from squall.runner.suite_events import SuiteGroup, SuiteListener
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

Held = Callable[[asyncio.Event, asyncio.Event], Coroutine[Any, Any, None]]
"""Work that runs beside a block. It gets the events "the block may begin" and "the block is
over".
"""


class SyncLab:
    """One lab, and :meth:`run` for one scenario at a time."""

    def __init__(
        self,
        options: LabOptions,
        *,
        policy: RetryPolicy = DEFAULT_POLICY,
        listeners: Sequence[SuiteListener] = (),
        paired: bool = False,
    ) -> None:
        self.options = options
        self._loop = BackgroundLoop()
        emitter = Emitter(listeners, MonotonicClock())
        self._slot = LabSlot(SuiteGroup(scenarios=(), options=options), emitter, LabTally())
        self._runs = ScenarioRuns(self._slot, policy, emitter, paired)

    def run(self, scenario: Scenario | str | Path, *, seed: int | None = None) -> Run:
        """Run a scenario: an object, the name of a stock outage, or a file.

        Raises:
            UsageError: the outage does not exist, or the file has problems.
            LabError: the lab failed, also when the run was repeated, or it cannot run this
                scenario.
        """
        wanted = resolve_scenario(scenario)
        chosen = self.options.seed if seed is None else seed
        if self._runs.limit_reached:
            failed = self._runs.tally.failed
            raise LabError(f"not run: {len(failed)} labs failed before; {failed[-1].reason}")
        try:
            outcome = self._loop.wait(self._until_verdict(ScenarioTask(wanted, chosen)))
        except LabError:
            self.close()
            raise
        if isinstance(outcome, LabFailure):
            raise (AppFailed if outcome.app_failed else LabError)(outcome.reason)
        if isinstance(outcome, Skipped):
            raise LabError(f"{wanted.name} cannot run here: {outcome.reason}")
        return outcome

    async def _until_verdict(self, task: ScenarioTask) -> Run | LabFailure | Skipped:
        while isinstance(outcome := await self._runs.run(task), Deferred):
            pass  # nothing else runs, so the end of the suite is now
        return outcome

    @property
    def lab(self) -> Lab:
        """The running lab, started now if needed."""
        return self._slot.lab or self._loop.wait(self._slot.ensure())

    @contextmanager
    def hold(self, work: Held) -> Iterator[None]:
        """Run ``work`` on the lab's loop for the length of the block.

        ``work`` gets two events: it sets the first when the block may begin, and ends soon after
        the second is set. Its errors are raised here.
        """
        ready, end = asyncio.Event(), asyncio.Event()
        task = self._loop.wait(_until_ready(work, ready, end))
        try:
            yield
        finally:
            self._loop.wait(_until_ended(task, end))

    def unsupported_reason(self, scenario: Scenario) -> str:
        """Why the lab, which is started for it, cannot run a scenario; empty if it can."""
        return self.lab.unsupported_reason(scenario)

    def close(self) -> None:
        """End the lab and its thread; nothing is left."""
        if not self._loop.running:
            return
        try:
            self._loop.wait(self._slot.discard())
        finally:
            self._loop.close()


async def _until_ready(work: Held, ready: asyncio.Event, end: asyncio.Event) -> asyncio.Task[None]:
    task = asyncio.create_task(work(ready, end))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if task.done():
        task.result()
    return task


async def _until_ended(task: asyncio.Task[None], end: asyncio.Event) -> None:
    end.set()
    await task


def missing(options: LabOptions) -> tuple[str, str] | None:
    """What this machine lacks for such a lab, ``docker`` or ``toxiproxy``, and the next step."""
    if options.provider == "process" and options.engine == "toxiproxy" and find_toxiproxy() is None:
        return "toxiproxy", f"toxiproxy is missing; install it with: {INSTALL}"
    if options.provider != "process":
        try:
            from squall.lab.providers.docker.docker_client import plain  # noqa: PLC0415 - an extra

            plain().close()
        except ImportError:
            return "docker", "docker is missing; install it with: pip install 'squall[docker]'"
        except LabError as error:
            return "docker", f"docker is missing: {str(error).splitlines()[0]}"
    return None
