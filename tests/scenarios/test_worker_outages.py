"""An app with a worker: sound it passes the outages of workers, broken it fails a gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab, stock
from squall.config.dependencies import AppWorker
from squall.config.profile import DEFAULT_CONTRACT
from squall.scenario.selection import for_dependencies

pytestmark = pytest.mark.scenario

OUTAGES = [one for one in stock() if "workers" in one.needs]
TRIES = 3
JOB = Operation(name="add-job", method="POST", path="/jobs", effect="write")
READ = Operation(name="read-item", method="GET", path="/items/{int:1..100}", effect="read")
SETUP = "python -c 'import asyncio, tests.pairs.worker as w; asyncio.run(w.create())'"
LATE = ("answered-in-time", "were answered late")
BROKEN = {
    "waits_for_it": [("worker-frozen", *LATE), ("worker-redeployed", *LATE)],
    "forgets": [("worker-crashed", "work-is-done", "")],
    "does_it_again": [("worker-crashed", "one-effect", "")],
    "ends_quietly": [("sessions-terminated", "work-is-done", "")],
}
"""By what is broken: outage, the gate that fails, and what it says; one lab each."""
SHOWN = {
    step.label
    for one in OUTAGES
    if one.name in {outage for rows in BROKEN.values() for outage, *_ in rows}
    for step in one.steps
}
"""Faults under which an app fails here."""


def held(broken: str = "") -> SyncLab:
    maker = broken if broken == "waits_for_it" else "sound"
    command = f"python -m tests.pairs.worker {'' if broken == 'waits_for_it' else broken}"
    profile = AppProfile(
        name=broken or "sound", app=f"tests.pairs.worker:{maker}", factory=True,
        openapi="/items/1", operations=(JOB, READ), setup=(SETUP,),
        contract=dataclasses.replace(DEFAULT_CONTRACT, deadline_seconds=0.5),
        eventually={"jobs": "SELECT count(*) FROM job WHERE NOT done"},
        processes=(AppWorker(name="worker", command=command),),
    )  # fmt: skip
    return SyncLab(LabOptions(profile=profile, seed=4))


@pytest.fixture(scope="module")
def sound() -> Iterator[SyncLab]:
    lab = held()
    yield lab
    lab.close()


@pytest.mark.parametrize("outage", [one.name for one in OUTAGES])
def test_a_sound_app_passes_each_outage_of_workers(sound: SyncLab, outage: str) -> None:
    for _ in range(TRIES):
        run = sound.run(outage)
        if run.verdict != "inconclusive":
            break
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.finding("work-is-done").verdict == "pass", run.findings
    assert run.passed, run.findings


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_app_does_not_pass_the_gate_that_is_meant_for_it(broken: str) -> None:
    """A gate that measures time judges no app that was starved, and still says what it saw."""
    lab = held(broken)
    try:
        for outage, gate, told in BROKEN[broken]:
            run = lab.run(outage)
            assert run.finding("faults-bit").verdict == "pass", run.findings
            assert run.finding(gate).verdict != "pass", run.findings
            assert told in run.finding(gate).reason
    finally:
        lab.close()


def test_without_workers_their_outages_are_left_out() -> None:
    about = {one.name for one in OUTAGES}
    assert about
    assert not about & {one.name for one in for_dependencies(stock(), {"redis"})}
    assert about <= {one.name for one in for_dependencies(stock(), {"workers"})}
