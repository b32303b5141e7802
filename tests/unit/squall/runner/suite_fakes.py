"""Labs, runs and suites made by hand, on the virtual clock: they cost no time and no process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from squall.config.profile import DEFAULT_CONTRACT, REFERENCE
from squall.core import events
from squall.core.clock import VirtualClock
from squall.core.errors import LabError
from squall.core.groups import ungrouped
from squall.history.coverage import Coverage
from squall.history.evidence import Evidence
from squall.lab.lab_options import LabOptions
from squall.runner.bearable_rate import at_bearable_rate
from squall.runner.suite import Suite
from squall.runner.suite_events import (
    LabFailed,
    LabStarted,
    ScenarioFinished,
    ScenarioRepeated,
    ScenarioSkipped,
    SuiteEvent,
    SuiteFinished,
    SuiteGroup,
    SuiteListener,
    SuiteResult,
)
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults.errors import EngineSilent
from squall_faults.network.refuse import Refuse

T = TypeVar("T")

NO_START = "PostgreSQL did not start\nnext: look"

NOTHING = Evidence(ops=(), events=(), final_state=None, contract=DEFAULT_CONTRACT)

TURNS = 50
"""Of the event loop: far more than any step needs to get to its next sleep."""


class Timeline:
    """A clock that jumps to the next sleeper's time when nothing else is left to do."""

    def __init__(self) -> None:
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + max(0.0, seconds), len(self._sleepers), waking))
        await waking

    async def drive(self, work: asyncio.Task[T]) -> T:
        while not work.done():
            for _ in range(TURNS):
                await asyncio.sleep(0)
            awake = [one for one in self._sleepers if not one[2].done()]
            if awake:
                self._now, _, first = min(awake, key=lambda one: one[:2])
                first.set_result(None)
        return await work


def outage(name: str, lasting: float = 1.0) -> Scenario:
    return Scenario(name=name, story="It rains.", steps=(at(0, Refuse(), lasting=lasting),))


@dataclass
class World:
    """What happens to the outages, by name, as often as the number says."""

    breaks: dict[str, int] = field(default_factory=dict)
    """The lab breaks under it."""
    raises: dict[str, BaseException] = field(default_factory=dict)
    """What a run raises instead."""
    in_a_group: bool = False
    """It is raised by a task of a group, as components do while they start."""
    interrupted_in: str = ""
    """The user presses Ctrl-C in its run."""
    interrupted_with: Exception | None = None
    """What the clean-up raises then."""
    task: asyncio.Task[Any] | None = None
    """The suite's."""
    missed: dict[str, int] = field(default_factory=dict)
    """By chance its fault hits nothing."""
    slow: dict[str, int] = field(default_factory=dict)
    """The app is too slow for the load before its fault."""
    rates: list[float] = field(default_factory=list)
    busy: dict[str, int] = field(default_factory=dict)
    """The machine is too busy for it."""
    calms: bool = False
    """The machine is not busy any more when the app is unhealthy."""
    waits: int = 0
    """How often it was waited for the machine."""
    close: dict[str, list[bool]] = field(default_factory=dict)
    """Whether its runs miss a limit closely, one after another; then they pass."""
    taints: str = ""
    """It leaves the app unhealthy, and shows it."""
    spoils: str = ""
    """It leaves the app unhealthy without a sign."""
    refuses: dict[str, int] = field(default_factory=dict)
    """The app refuses under it what it had not refused before."""
    stays: dict[str, int] = field(default_factory=dict)
    """The app does not end when it is told."""
    ill: str = ""
    """The app fails by itself before its fault."""
    unsupported: str = ""
    no_starts: int = 0
    """Labs that do not start, the first ones."""
    no_start: Exception = field(default_factory=lambda: LabError(NO_START))
    """What they raise."""
    hangs: dict[str, int] = field(default_factory=dict)
    """The engine does not answer under it."""
    fails_to_start: set[int] = field(default_factory=set)
    """The same by number, from 1."""
    started: int = 0
    open: int = 0
    most_open: int = 0
    seeds: list[tuple[str, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    events: list[SuiteEvent] = field(default_factory=list)

    @asynccontextmanager
    async def lab(self, options: LabOptions) -> AsyncIterator[Any]:
        self.started += 1
        if self.started <= self.no_starts or self.started in self.fails_to_start:
            raise self.no_start
        self.open += 1
        self.most_open = max(self.most_open, self.open)

        async def broken() -> str:
            return ""

        try:
            yield SimpleNamespace(
                options=options, sick=[], number=self.started, directory=Path("lab"), broken=broken,
                coverage=Coverage(), bearable_rate=80.0, derived=True, profile=REFERENCE,
                app=SimpleNamespace(log_path=Path("no log")),
                unsupported_reason=lambda one: "no writes" * (one.name in self.unsupported),
            )  # fmt: skip
        finally:
            self.open -= 1

    async def wait(self, _clock: VirtualClock) -> None:
        self.waits += 1

    def hear(self, event: SuiteEvent) -> None:
        self.events.append(event)
        match event:
            case ScenarioFinished():
                self.lines.append(event.run.scenario.name)
            case ScenarioRepeated():
                kinds = {
                    "healthy": "unhealthy",
                    "refused": "refused",
                    "not end": "stays",
                    "limit": "close",
                    "chance": "missed",
                }
                kind = next((kinds[word] for word in kinds if word in event.reason), "busy")
                self.lines.append(f"{event.run.scenario.name} {kind}")
            case LabFailed(failure=failure):
                self.lines.append(f"{failure.scenario.name} {'again' if failure.again else 'left'}")
            case ScenarioSkipped(skipped=left):
                self.lines.append(f"{left.scenario.name} skipped")
            case LabStarted() if event.replaces:
                self.lines.append("new lab")
            case SuiteFinished() if event.interrupted:
                self.lines.append("interrupted")


async def fail(error: BaseException, *, in_a_group: bool) -> None:
    """Raise it, at once or in a task of a group that waits for its tasks."""

    async def later() -> None:
        await asyncio.sleep(0)
        raise error

    if not in_a_group:
        raise error
    with ungrouped():
        async with asyncio.TaskGroup() as group:
            group.create_task(later())


def hang() -> None:
    """As the runner has it: the fault's error becomes a sentence."""
    silent = EngineSilent("DELETE /proxies/postgres/toxics/x: ReadTimeout")
    raise LabError(f"Latency() could not be undone: {silent}") from silent


class FakeRunner:
    """Stands for :class:`squall.runner.run.Runner`."""

    def __init__(self, world: World, lab: Any, clock: VirtualClock) -> None:
        self._world, self._lab, self._clock = world, lab, clock

    async def run(self, scenario: Scenario, *, seed: int, listener: Any, paired: bool) -> Any:
        del paired
        world, name = self._world, scenario.name
        world.seeds.append((name, seed))
        loaded = at_bearable_rate(scenario, self._lab.bearable_rate)
        world.rates.append(loaded.load.rate_per_second)
        listener(events.RunEnded(at=self._clock.now()))
        await self._clock.sleep(scenario.planned_seconds)
        if name in world.interrupted_in and world.task is not None:
            world.task.cancel()
            try:
                await asyncio.sleep(1)
            finally:
                if world.interrupted_with is not None:
                    raise world.interrupted_with
        if name in world.raises:
            await fail(world.raises.pop(name), in_a_group=world.in_a_group)
        if world.breaks.get(name, 0):
            world.breaks[name] -= 1
            raise LabError(f"{name} is not whole\nnext: look")
        if world.hangs.get(name, 0):
            world.hangs[name] -= 1
            hang()
        busy = world.busy.get(name, 0) > 0 and not (world.calms and self._lab.sick)
        world.busy[name] = world.busy.get(name, 0) - busy
        unhealthy = bool(self._lab.sick)
        if name in world.spoils:
            self._lab.sick.append(name)
        taints = unhealthy or name in world.taints
        run = FakeRun(scenario, unhealthy, taints, busy, seed, name in world.ill)
        run.outlasted = name in world.taints
        for left, field_name in (
            (world.missed, "missed_by_chance"),
            (world.slow, "slow_before_fault"),
            (world.refuses, "newly_refused"),
            (world.stays, "had_to_be_killed"),
        ):
            if left.get(name, 0):
                left[name] -= 1
                setattr(run, field_name, True)
        if close := world.close.get(name):
            run.failed_closely = close.pop(0)
        return run


@dataclass
class FakeRun:
    scenario: Scenario
    unhealthy_before_fault: bool
    taints_lab: bool
    machine_was_busy: bool
    seed: int
    ill_without_faults: bool = False
    failed_closely: bool = False
    missed_by_chance: bool = False
    newly_refused: bool = False
    had_to_be_killed: bool = False
    note: str = ""
    unsteady_operations: dict[str, str] = field(default_factory=dict)
    slow_before_fault: bool = False
    evidence: Evidence = NOTHING
    outlasted: bool = False

    @property
    def passed(self) -> bool:
        return not (self.failed_closely or self.ill_without_faults)

    def note_close_failure(self, earlier: FakeRun, runs: int) -> FakeRun:
        return replace(self, note=f"{earlier.scenario.name}: 1 of {runs}")

    def note_earlier_kill(self, earlier: FakeRun) -> FakeRun:
        return replace(self, note=f"{earlier.scenario.name} did not end")

    def persisted(self) -> FakeRun:
        return replace(self, note=f"{self.scenario.name} stayed ill")

    def after_others(self) -> FakeRun:
        return replace(self, ill_without_faults=False)


class RunFakes:
    """Runs outages of these names, one letter each, in a suite."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(
        self,
        names: str,
        *more: str,
        listeners: Sequence[SuiteListener] = (),
        max_labs: int = 1,
        provider: str = "process",
        **suite: Any,
    ) -> SuiteResult:
        options = LabOptions(profile=REFERENCE, provider=provider, seed=7)
        groups = [
            SuiteGroup(
                scenarios=[outage(name) for name in each], options=options, key=each,
                max_labs=max_labs,
            )
            for each in [names, *more]
        ]  # fmt: skip
        self.world.task = asyncio.current_task()
        made = Suite(groups, listeners=[self.world.hear, *listeners], clock=VirtualClock(), **suite)
        return await made.run()
