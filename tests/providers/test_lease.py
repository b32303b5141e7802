"""A fault is in force as long as it is wanted, and one that ended too early is recorded so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from squall.config.profile import REFERENCE
from squall.core import events
from squall.core.clock import MonotonicClock
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall.runner.injection import inject_faults
from squall.scenario.model import Scenario
from squall.scenario.step import Step
from squall_faults import Fault
from squall_faults.network.latency import Latency
from squall_faults.network.refuse import Refuse
from squall_faults.toxiproxy import ToxiproxyProxy

OPTIONS = LabOptions(profile=REFERENCE, seed=20_261_129)
TTL_SECONDS = 1.0
HELD_SECONDS = 4.0


@pytest.fixture(autouse=True)
def _short_time_to_live(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = dict(ToxiproxyProxy.__init__.__kwdefaults__ or {})
    monkeypatch.setitem(defaults, "ttl_seconds", TTL_SECONDS)
    monkeypatch.setattr(ToxiproxyProxy.__init__, "__kwdefaults__", defaults)


def scenario(fault: Fault) -> Scenario:
    step = Step(at_seconds=0.0, fault=fault, lasting_seconds=HELD_SECONDS)
    return Scenario(name="long", story="Longer than its time to live.", steps=(step,))


@pytest.mark.parametrize("fault", [Refuse(), Latency(latency_ms=1)], ids=["refuse", "latency"])
async def test_a_fault_outlasts_its_time_to_live(fault: Fault) -> None:
    happened: list[events.Event] = []
    async with lab(OPTIONS) as running:
        begun = time.monotonic()
        work = asyncio.create_task(
            inject_faults(scenario(fault), running, MonotonicClock(), happened.append)
        )
        proxy = running._wiring.proxies["postgres"]
        seen = set()
        while time.monotonic() - begun < HELD_SECONDS - 0.5:
            await asyncio.sleep(0.2)
            state = await proxy.in_force()
            seen.add((state.enabled, bool(state.toxics)))
        await work
        expected = {(False, False)} if isinstance(fault, Refuse) else {(True, True)}
        assert seen == expected
        healed = [event for event in happened if isinstance(event, events.FaultHealed)]
        assert [event.lapsed for event in healed] == [""]


async def enable(running: Lab) -> None:
    server = running._wiring.servers[-1]
    await server.post("/proxies/postgres", {"enabled": True})


async def remove_toxics(running: Lab) -> None:
    await running._wiring.servers[-1].post("/reset", {})


@pytest.mark.parametrize(
    ("fault", "meddle", "reason"),
    [
        (Refuse(), enable, "the proxy is enabled again"),
        (Latency(latency_ms=1), remove_toxics, "is gone"),
    ],
    ids=["proxy enabled", "toxic removed"],
)
async def test_a_fault_that_somebody_else_ends_is_recorded_so(
    fault: Fault, meddle: Callable[[Lab], Awaitable[None]], reason: str
) -> None:
    healed: list[events.FaultHealed] = []
    async with lab(OPTIONS) as running:

        def listen(event: events.Event) -> None:
            if isinstance(event, events.FaultHealed):
                healed.append(event)
            if isinstance(event, events.FaultInjected):
                meddling.append(asyncio.ensure_future(meddle(running)))

        meddling: list[asyncio.Future[None]] = []
        await inject_faults(scenario(fault), running, MonotonicClock(), listen)
        await asyncio.gather(*meddling)
    assert reason in healed[0].lapsed
