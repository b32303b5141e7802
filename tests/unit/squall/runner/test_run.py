"""One run on the virtual clock: what happens when, and what ends in which verdict."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest
from squall.config.profile import REFERENCE
from squall.core import events
from squall.core.errors import LabError
from squall.history.op import Op, Outcome
from squall.lab import app_log
from squall.lab.component_watch import ComponentWatch
from squall.lab.error_budget import ErrorBudget
from squall.lab.seen_in_calm import SeenInCalm
from squall.runner import injection as injecting
from squall.runner import run as run_module
from squall.runner.run import Run, Runner
from squall.scenario import step
from squall.scenario.model import Load, Scenario
from squall.scenario.step import at
from squall.workload.plan import LEAD_SECONDS, LoadPlan, WorkloadReport
from squall_faults import Bite, Injection, InjectionFailed

from tests.unit.squall.runner.suite_fakes import Timeline

PROFILE = dataclasses.replace(REFERENCE, written_keys="SELECT keys", conserved={"stock": "SELECT"})


@dataclasses.dataclass(frozen=True)
class Fault:
    """Bites five times."""

    refused: bool = False

    @asynccontextmanager
    async def inject(self, _port: object) -> AsyncIterator[Injection]:
        if self.refused:
            raise InjectionFailed("the engine refused it")

        async def bite() -> Bite:
            return Bite(count=5, what="cuts")

        async def lapsed() -> str:
            return ""

        yield Injection(bite, lapsed)


class Workload:
    """Reads that are answered after ``took`` seconds, from the start of the plan to its stop."""

    def __init__(self, clock: Timeline, took: float) -> None:
        self._clock, self._took = clock, took
        self.plans: list[LoadPlan] = []
        self.stopped_at: list[float] = []

    async def start(self, plan: LoadPlan) -> None:
        self.plans.append(plan)

    async def stop(self, now: float) -> WorkloadReport:
        self.stopped_at.append(now)
        ops = list(reversed(self.ops))  # answers come in any order
        return WorkloadReport(ops=ops, unsent=0, offered=len(ops), lag_p99_seconds=0.0)

    async def ask_again(self, failed: list[Op]) -> bool:
        return bool(failed)

    @property
    def ops(self) -> list[Op]:
        plan, found = self.plans[-1], list[Op]()
        sent = plan.start_at
        while sent + self._took <= self._clock.now():
            found.append(self._read(len(found), sent))
            sent += 1 / plan.rate_per_second
        return found

    def _read(self, number: int, sent: float) -> Op:
        return Op(
            id=number, name="read-item", effect="read", key=None, intended=sent, sent=sent,
            done=sent + self._took, outcome=Outcome.APPLIED, status=200, error=None,
            content_type="application/json", retry_after=None, body="",
        )  # fmt: skip


class Observer:
    """Totals that fall by one with each question; sessions that are at rest."""

    def __init__(self, clock: Timeline) -> None:
        self._clock = clock
        self._stock = 100

    async def totals(self, conserved: dict[str, str]) -> dict[str, int]:
        self._stock -= 1
        return dict.fromkeys(conserved, self._stock)

    async def counts(self, query: str) -> dict[str, int]:
        return {query: 1}

    async def sample(self, **_given: float) -> events.BackendsSampled:
        return events.BackendsSampled(
            at=self._clock.now(), total=3, active=0, idle=3, idle_in_transaction=0
        )


class Nothing:
    """Of the sampler and the surroundings: they have tests of their own."""

    def __init__(self, *_given: object, places: bool = False) -> None:
        """Take what they take."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Nothing is left."""

    async def upstream_load(self) -> None:
        """There is no stand-in."""

    async def database_load(self) -> None:
        """Not looked at."""

    def written_at(self, _offset: int) -> float:
        """No log is read."""
        return 0.0

    async def look_before(self, *_given: object) -> None:
        """Not looked at."""

    async def look_after(self, *_given: object) -> None:
        """Not looked at."""


@dataclasses.dataclass
class Place:
    """A lab, its clock and what was heard."""

    clock: Timeline
    workload: Workload
    lab: Any
    heard: list[events.Event] = dataclasses.field(default_factory=list)
    tidied: int = 0

    def at(self, kind: type[events.Event]) -> float:
        (event,) = (one for one in self.heard if isinstance(one, kind))
        return event.at

    def kinds(self) -> list[str]:
        return [type(one).__name__ for one in self.heard]

    async def run(self, scenario: Scenario, *, paired: bool = False) -> Run:
        runner = Runner(cast("Any", self.lab), clock=self.clock)
        work = runner.run(scenario, seed=7, listener=self.heard.append, paired=paired)
        return await self.clock.drive(asyncio.create_task(work))


def place(took: float = 0.01) -> Place:
    clock = Timeline()
    made = Place(clock, Workload(clock, took), None)

    async def nothing(*_given: object) -> str:
        return ""

    async def tidy() -> None:
        made.tidied += 1

    made.lab = SimpleNamespace(
        budget=ErrorBudget(None),
        profile=PROFILE, watch=ComponentWatch({}, clock), workload=made.workload,
        observer=Observer(clock), tidy=tidy,
        app=SimpleNamespace(log_path=Path("none"), start_seconds=0.0),
        engine_name="embedded", app_address="127.0.0.1:1", bearable_rate=20.0,
        load_url="http://127.0.0.1:1",
        ensure_app=nothing, broken=nothing, renew_rights=nothing, verify_observer=nothing,
        port_for=lambda _fault: None, calm=SeenInCalm(),
    )  # fmt: skip
    return made


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = SimpleNamespace(effect=SimpleNamespace(value="cuts"))
    for module in (injecting, step):
        monkeypatch.setattr(module, "key_of", lambda _fault: "fake")
    monkeypatch.setattr(injecting, "entry_of", lambda _fault: entry)
    for name in ("Sampler", "Surroundings"):
        monkeypatch.setattr(run_module, name, Nothing)
    monkeypatch.setattr(app_log, "size", lambda _path: 0)
    monkeypatch.setattr(app_log, "problems", lambda *_given: [])


def story(fault: object = Fault(), **more: Any) -> Scenario:
    steps = (at(0.5, cast("Any", fault), lasting=2),)
    given: dict[str, Any] = {"before_seconds": 1.0, "after_seconds": 1.5} | more
    return Scenario(name="s", story="It rains.", steps=steps, **given)


async def test_the_parts_of_a_run_follow_each_other_at_their_times() -> None:
    where = place()
    run = await where.run(story(load=Load(rate_per_second=60)))
    assert where.kinds()[:5] == [
        "RunStarted", "SteadyStateChecked", "FaultInjected", "FaultHealed", "RunEnded",
    ]  # fmt: skip
    injected = LEAD_SECONDS + 1.0 + 0.5
    assert where.at(events.FaultInjected) == pytest.approx(injected)
    assert where.at(events.FaultHealed) == pytest.approx(injected + 2.0)
    assert where.workload.stopped_at[0] == pytest.approx(injected + 2.0 + 1.5)
    assert where.at(events.RunEnded) == where.workload.stopped_at[0]
    assert [op.id for op in run.evidence.ops] == list(range(len(run.evidence.ops)))
    assert where.tidied == 1


async def test_totals_are_read_before_the_load_and_after_the_last_answer() -> None:
    run = await place().run(story(load=Load(rate_per_second=60)))
    final = run.evidence.final_state
    assert final is not None
    assert (final.conserved_before, final.conserved) == ({"stock": 99}, {"stock": 98})
    assert final.writes == {"SELECT keys": 1}


async def test_an_app_that_is_not_well_meets_no_fault() -> None:
    where = place(took=0.6)
    run = await where.run(story(load=Load(rate_per_second=60), before_seconds=2.0))
    assert "FaultInjected" not in where.kinds()
    assert len(where.workload.stopped_at) == 1
    assert run.verdict == "inconclusive"


async def test_a_fault_that_is_refused_ends_the_load() -> None:
    where = place()
    with pytest.raises(LabError, match="the engine refused it"):
        await where.run(story(Fault(refused=True), load=Load(rate_per_second=60)))
    assert len(where.workload.stopped_at) == 1


async def test_the_control_arm_is_the_same_plan_before_and_meets_no_fault() -> None:
    where = place()
    run = await where.run(story(load=Load(rate_per_second=60)), paired=True)
    first, second = where.workload.plans
    assert (first.seed, first.rate_per_second) == (second.seed, second.rate_per_second)
    control = run.evidence.control
    assert control is not None
    assert control.injected_seconds == pytest.approx(1.5)
    assert control.healed_seconds == pytest.approx(3.5)
    assert where.workload.stopped_at[0] <= second.start_at


@pytest.mark.parametrize(("load", "rate"), [(Load(), 20.0), (Load(rate_per_second=60), 60.0)])
async def test_a_load_that_was_not_asked_for_is_what_the_app_bears(load: Load, rate: float) -> None:
    where = place()
    await where.run(story(load=load))
    assert where.workload.plans[0].rate_per_second == rate
