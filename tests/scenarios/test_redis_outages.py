"""An app with a cache in Redis: sound it passes the outages of Redis, broken it fails a gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab, stock
from squall.config.dependencies import AppWorker, Dependency
from squall.config.profile import DEFAULT_CONTRACT
from squall.core.errors import LabError
from squall.lab.providers.process.redis_binaries import find_redis
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies
from squall.scenario.step import Step

pytestmark = pytest.mark.scenario

REDIS = Dependency(name="cache", kind="redis", environment={"REDIS_URL": "{url}/0"})
"""Another name than that of the kind: the outages find it all the same."""
TRIES = 3
"""What a busy machine has spoilt is done again, as ``squall check`` does."""
OUTAGES = [one for one in stock() if "redis" in one.needs]
OF_REDIS_ALONE = [one for one in OUTAGES if "app" not in one.tags]
DEADLINES = {"waits_for_ever": 0.5}
CALM_SECONDS = 0.45
"""Between two faults; the sound app leaves Redis alone for less after a failure."""


def held(maker: str, *, worker: str = "") -> SyncLab:
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    profile = AppProfile(
        name=maker, app=f"tests.pairs.cache:{maker}", factory=True, openapi="/items/1",
        operations=(
            Operation(name="read", method="GET", path="/cached/{int:1..100}", effect="read"),
        ),
        contract=dataclasses.replace(DEFAULT_CONTRACT, deadline_seconds=DEADLINES.get(maker, 1.0)),
        dependencies=(REDIS,),
        processes=(AppWorker(name="worker", command=worker),) if worker else (),
    )  # fmt: skip
    return SyncLab(LabOptions(profile=profile, seed=4))


@pytest.fixture(scope="module")
def sound() -> Iterator[SyncLab]:
    lab = held("sound")
    yield lab
    lab.close()


def in_turn(outages: list[Scenario]) -> Scenario:
    """Their faults one after the other in one run, with the gates that every outage has."""
    steps: list[Step] = []
    begins = 0.0
    for step in (step for one in outages for step in one.steps):
        here = step.for_app(deadline=1.0, start=0.0)
        steps.append(dataclasses.replace(here, at_seconds=begins))
        begins += here.lasting_seconds + CALM_SECONDS
    return Scenario(
        name="in-turn", story="One fault of Redis after the other.", steps=tuple(steps),
        needs=frozenset({"redis"}), before_seconds=0.55, after_seconds=0.6,
    )  # fmt: skip


@pytest.mark.parametrize("silent", [False, True], ids=["quick", "silent"])
def test_a_sound_app_passes_the_outages_of_redis(sound: SyncLab, silent: bool) -> None:
    """One run for those that last as long as a deadline, and one for the others."""
    chosen = [one for one in OF_REDIS_ALONE if bool(one.steps[0].lasting_deadlines) is silent]
    for _ in range(TRIES):
        run = sound.run(in_turn(chosen))
        if run.verdict != "inconclusive":
            break
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.passed, run.findings


def test_a_sound_app_starts_without_redis(sound: SyncLab) -> None:
    for _ in range(TRIES):
        run = sound.run("app-starts-while-redis-is-down")
        if run.verdict != "inconclusive":
            break
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.passed, run.findings


LATE = ("answered-in-time", "were answered late")
UNHANDLED = ("error-contract", "x status 500")
BROKEN = [
    ("waits_for_ever", "redis-silent", *LATE),
    ("waits_for_ever", "redis-frozen", *LATE),
    ("waits_for_ever", "redis-reply-held", *LATE),
    ("fails_with_it", "redis-refused", *UNHANDLED),
    ("fails_with_it", "redis-crashed", *UNHANDLED),
    ("fails_with_it", "redis-restarted", *UNHANDLED),
    ("fails_with_it", "redis-loading", *UNHANDLED),
    ("fails_with_it", "redis-reply-lost", *UNHANDLED),
    ("relies_on_it", "redis-emptied", *UNHANDLED),
    ("connects_once", "app-starts-while-redis-is-down", "recovery-time", "not recovered"),
]
"""App, outage, the gate that fails, and what it says; one lab for each app."""
SHOWN = {
    step.label for one in OUTAGES if one.name in {row[1] for row in BROKEN} for step in one.steps
}
"""Faults under which an app fails here."""


@pytest.fixture(scope="module")
def broken() -> Iterator[Callable[[str], SyncLab]]:
    labs: dict[str, SyncLab] = {}

    def of(maker: str) -> SyncLab:
        if maker not in labs:
            for lab in labs.values():
                lab.close()
            labs.clear()
            labs[maker] = held(maker)
        return labs[maker]

    yield of
    for lab in labs.values():
        lab.close()


@pytest.mark.parametrize(("maker", "outage", "gate", "told"), BROKEN)
def test_a_broken_app_does_not_pass_the_gate_that_is_meant_for_it(
    broken: Callable[[str], SyncLab], maker: str, outage: str, gate: str, told: str
) -> None:
    """A gate that measures time judges no app that was starved, and still says what it saw."""
    run = broken(maker).run(outage)
    assert run.finding("faults-bit").verdict == "pass", run.findings
    finding = run.finding(gate)
    assert finding.verdict != "pass", finding
    assert told in finding.reason


def test_without_the_dependency_its_outages_are_left_out() -> None:
    names, about = (
        {one.name for one in for_dependencies(stock(), ())},
        {one.name for one in OUTAGES},
    )
    assert len(about) >= 12
    assert not names & about
    assert {one.name for one in for_dependencies(stock(), {"redis"})} == names | about
    asked = {one.name for one in for_dependencies(stock(), (), ["redis-slow"])}
    assert asked - names == {"redis-slow"}


def test_a_worker_that_cannot_start_is_told_with_its_last_words() -> None:
    lab = held("sound", worker="python -c 'raise SystemExit(\"no queue here\")'")
    try:
        with pytest.raises(LabError, match=r"the process worker ended with 1(?s:.*)no queue here"):
            lab.run("redis-slow")
    finally:
        lab.close()
