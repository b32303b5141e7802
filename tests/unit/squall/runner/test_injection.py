"""Faults strike and heal at their times, on the virtual clock; what a fault does wrong is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core import events
from squall.core.errors import LabError
from squall.history.evidence import Contract
from squall.runner import injection as injecting
from squall.runner.injection import inject_faults
from squall.runner.lab_failures import engine_hung
from squall.scenario import step
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults import Bite, FaultUnavailable, Injection, InjectionFailed
from squall_faults.errors import EngineSilent

from tests.unit.squall.runner.suite_fakes import Timeline


@dataclass(frozen=True)
class Fake:
    """A fault that writes down what becomes of it."""

    name: str
    log: list[str] = field(default_factory=list)
    bites: int = 3
    lapsed: str = ""
    refused: bool = False
    stuck: bool = False
    silent: bool = False
    """Whether the engine no longer answers when the fault is to be healed."""

    @asynccontextmanager
    async def inject(self, port: object) -> AsyncIterator[Injection]:
        assert port == f"port of {self.name}"
        if self.refused:
            raise InjectionFailed(f"{self.name} was refused")
        self.log.append(f"{self.name} on")

        async def bite() -> Bite:
            return Bite(count=self.bites, what="cuts")

        async def lapsed() -> str:
            return self.lapsed

        try:
            yield Injection(bite, lapsed)
        finally:
            if self.stuck:
                raise OSError("it does not answer")
            if self.silent:
                raise EngineSilent("DELETE /proxies/postgres/toxics/x: ReadTimeout")
            self.log.append(f"{self.name} off")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults that are in no catalogue."""
    entry = SimpleNamespace(effect=SimpleNamespace(value="cuts"))
    for module in (injecting, step):
        monkeypatch.setattr(module, "key_of", lambda fault: fault.name)
    monkeypatch.setattr(injecting, "entry_of", lambda _fault: entry)


def lab(left: str = "", without: str = "none") -> Any:
    async def broken() -> str:
        return left

    def port_for(fault: Any) -> str:
        if fault.name == without:
            raise FaultUnavailable("this lab has no such port")
        return f"port of {fault.name}"

    profile = SimpleNamespace(contract=Contract(deadline_seconds=1.0))
    return SimpleNamespace(port_for=port_for, broken=broken, profile=profile)


def story(*steps: Any) -> Scenario:
    return Scenario(name="s", story="It rains.", steps=tuple(steps))


def fault(name: str, **given: Any) -> Any:
    return cast("Any", Fake(name, **given))


async def run(scenario: Scenario, where: Any) -> list[events.Event]:
    heard: list[events.Event] = []
    clock = Timeline()
    work = asyncio.create_task(inject_faults(scenario, where, clock, heard.append))
    await clock.drive(work)
    return heard


async def test_each_fault_is_in_force_from_its_time_for_its_time() -> None:
    log: list[str] = []
    first, second = fault("first", log=log), fault("second", log=log)
    heard = await run(story(at(2, second, lasting=3), at(1, first, lasting=2)), lab())
    assert [(type(one).__name__, cast("Any", one).fault, one.at) for one in heard] == [
        ("FaultInjected", "first", 1.0),
        ("FaultInjected", "second", 2.0),
        ("FaultHealed", "first", 3.0),
        ("FaultHealed", "second", 5.0),
    ]
    assert log == ["first on", "second on", "first off", "second off"]


async def test_a_heal_tells_what_the_fault_did_and_why_it_had_ended_before() -> None:
    gone = fault("gone", bites=0, lapsed="toxic t1 is gone")
    healed = (await run(story(at(0, gone, lasting=1)), lab()))[-1]
    assert isinstance(healed, events.FaultHealed)
    assert (healed.bites, healed.what, healed.lapsed) == (0, "cuts", "toxic t1 is gone")


async def test_what_the_lab_cannot_supply_is_skipped_with_the_reason() -> None:
    heard = await run(story(at(1, fault("far"), lasting=1)), lab(without="far"))
    assert heard == [
        events.FaultSkipped(at=0.0, step=0, fault="far", reason="this lab has no such port")
    ]


async def test_statements_are_delayed_before_a_fault_that_comes_amid_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log: list[str] = []
    delay = fault("delay", log=log)
    lead = SimpleNamespace(at_seconds=0.0, lasting_seconds=1.5, delay_ms=300, fault=delay)
    crash = at(1, fault("crash", log=log), lasting=2)
    monkeypatch.setattr(injecting, "with_lead", lambda *_given: (lead, (crash,)))
    scenario = replace(story(at(0, fault("crash"), lasting=2)), amid_requests=True)
    heard = await run(scenario, lab())
    assert [(type(one).__name__, one.at) for one in heard] == [
        ("StatementsDelayed", 0.0),
        ("FaultInjected", 1.0),
        ("FaultHealed", 3.0),
    ]
    assert log == ["delay on", "crash on", "delay off", "crash off"]
    heard = await run(scenario, lab(without="delay"))
    assert [type(one).__name__ for one in heard] == ["FaultInjected", "FaultHealed"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"refused": True}, "bad was refused"),
        ({"stuck": True}, "could not be undone: it does not answer\n  the lab is thrown away"),
    ],
)
async def test_a_fault_that_fails_ends_the_others_and_is_named(
    given: dict[str, bool], words: str
) -> None:
    log: list[str] = []
    good = fault("good", log=log)
    with pytest.raises(LabError, match=words):
        await run(story(at(0, good, lasting=9), at(1, fault("bad", **given), lasting=1)), lab())
    assert log == ["good on", "good off"]


async def test_something_left_after_the_last_heal_is_a_lab_failure() -> None:
    with pytest.raises(LabError, match="after the last heal the lab is not whole: a toxic is left"):
        await run(story(at(0, fault("one"), lasting=1)), lab(left="a toxic is left"))


@pytest.mark.parametrize(("silent", "hung"), [(True, True), (False, False)])
async def test_a_heal_that_fails_since_the_engine_hangs_is_known_as_that(
    silent: bool, hung: bool
) -> None:
    """It stands behind three errors: that of the heal, its group, and that of the lab."""
    bad = fault("bad", silent=silent, stuck=not silent)
    with pytest.raises(LabError, match="could not be undone") as raised:
        await run(story(at(0, bad, lasting=1)), lab())
    assert engine_hung(raised.value) is hung
