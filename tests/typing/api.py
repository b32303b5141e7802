"""How people use the public names; type gates read this file, nobody runs it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import assert_type

import squall
import squall_faults as faults
from squall import (
    REFERENCE,
    AppProfile,
    Finding,
    Lab,
    LabError,
    LabOptions,
    Load,
    Operation,
    Run,
    Runner,
    Scenario,
    SquallError,
    Step,
    SyncLab,
    UsageError,
    Verdict,
)
from squall.core import events
from squall.core.clock import Clock, MonotonicClock, VirtualClock
from squall.gates.verdict import Gate
from squall.history.evidence import Evidence
from squall.scenario.model import Arrivals
from squall_faults import Bite, Crash, Fault, Injection, Latency, Refuse, Reset, Restart, Stall
from squall_faults.ports import DatabaseProcess, NetworkProxy

# Every fault is a Fault, whatever it needs.
every: list[Fault] = [
    Crash(),
    Latency(latency_ms=60, direction="upstream", proxy="app"),
    Refuse(proxy="app"),
    Reset(),
    Restart(mode="immediate"),
    Stall(direction="downstream"),
    faults.NO_FAULT,
]
Latency()  # type: ignore[call-arg] # the delay has no default
Latency(60)  # type: ignore[call-arg, arg-type] # attributes are given by name
Restart(mode="smart")  # type: ignore[arg-type] # never ends under load
Latency(latency_ms=1).latency_ms = 2  # type: ignore[misc] # faults are frozen

clocks: list[Clock] = [MonotonicClock(), VirtualClock(5.0)]


async def hold(fault: Fault, proxy: NetworkProxy, database: DatabaseProcess) -> Bite:
    """A fault by hand."""
    async with Latency(latency_ms=5).inject(proxy) as injection:
        assert_type(injection, Injection)
    Crash().inject(proxy)  # type: ignore[arg-type] # a crash needs the server's process
    Crash().inject(database)
    async with faults.within(fault, proxy, heal_seconds=2.0) as injection:
        bite = await injection.bite()
    return assert_type(bite, Bite)


def describe() -> None:
    """Scenarios in Python and as text."""
    step = assert_type(squall.at(0.5, Latency(latency_ms=60), lasting=2), Step)
    arrivals: Arrivals = "constant"
    scenario = Scenario(
        name="moved away",
        story="Every answer comes 60 ms late.",
        steps=(step,),
        load=Load(rate_per_second=50.0, arrivals=arrivals),
        gates=squall.gate_set(),
    )
    assert_type(squall.dump(scenario), str)
    assert_type(squall.loads("squall: 1", file="my.squall.yaml"), Scenario)
    assert_type(squall.load(Path("my.squall.yaml")), Scenario)
    assert_type(squall.stock(), list[Scenario])
    assert_type(faults.from_dict({"fault": "database.crash"}), Fault)


def run_synchronously() -> None:
    """For pytest and notebooks."""
    held = SyncLab(LabOptions(profile=REFERENCE, engine="embedded", seed=1))
    run = assert_type(held.run("slow-network"), Run)
    held.run(Path("my.squall.yaml"), seed=2)
    assert_type(run.verdict, Verdict)
    assert_type(run.passed, bool)
    assert_type(run.verdicts, Mapping[str, str])
    assert_type(run.finding("availability"), Finding)
    held.close()


async def run_in_a_loop(scenario: Scenario) -> Run:
    """For programs that have an event loop."""
    options = LabOptions(profile=own_app())
    context: AbstractAsyncContextManager[Lab] = squall.lab(options)
    async with context as lab:
        runner = Runner(lab, clock=MonotonicClock())
        return await runner.run(scenario, seed=1, listener=hear)


def hear(event: events.Event) -> None:
    """A listener."""
    assert_type(event.at, float)
    assert_type(events.to_json(event)["event"], object)  # type: ignore[assert-type] # it is Any


def own_app() -> AppProfile:
    """The reference app's promises, another app."""
    Operation(name="read", method="GET", path="/", effect="reads")  # type: ignore[arg-type] # no such effect
    return REFERENCE.with_target("mypkg.main:app", factory=False)


def errors() -> None:
    """One base to catch."""
    for error in (LabError("x"), UsageError("x")):
        base: SquallError = error
        assert_type(int(base.exit_code), int)


def versions_and_modules() -> None:
    """The public modules are typed, too."""
    assert_type(squall.__version__, str)
    from_the_face: Fault = squall.faults.Latency(latency_ms=1)
    assert_type(from_the_face, Fault)
    squall.faults.Latency(latency_ms="soon")  # type: ignore[arg-type] # a number
    found: SquallError = squall.errors.AppFailed("x")
    assert_type(int(squall.errors.ExitCode.PASS), int)
    assert_type(found, SquallError)


async def test_custom_parts(gate: Gate, fault: Fault, port: NetworkProxy) -> None:
    """What the tests of custom faults and gates call."""
    run = assert_type(squall.testing.make_run([squall.testing.make_op(3, status=500)]), Evidence)
    squall.testing.check_gate(gate, passes=[squall.testing.make_run()], fails=[run])
    squall.testing.check_gate(gate, passes=[run])  # type: ignore[call-arg] # both lists are needed
    await squall.testing.check_fault(fault, port, state=lambda: port.name)


def gate_on_fault_points() -> squall.SweepResult:
    """A sweep in a test."""
    result = squall.sweep(
        LabOptions(profile=REFERENCE), only=("read-item",), baseline="fault-points.txt"
    )
    assert_type(result.passed, bool)
    assert_type(result.failed, list[squall.CellResult])
    assert_type(result.new_failures[0].worst, squall.CellFailure)
    squall.sweep(LabOptions(profile=REFERENCE), min_survived="95")  # type: ignore[arg-type] # per cent
    return result
