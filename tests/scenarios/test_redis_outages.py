"""An app with a cache in Redis: sound it passes the outages of Redis, broken it fails a gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab, stock
from squall.config.dependencies import AppWorker, Dependency
from squall.config.profile import DEFAULT_CONTRACT
from squall.core.errors import LabError
from squall.lab.providers.process.redis_binaries import find_redis
from squall.scenario.selection import for_dependencies

pytestmark = pytest.mark.scenario

REDIS = Dependency(name="cache", kind="redis", environment={"REDIS_URL": "{url}/0"})
"""Another name than that of the kind: the outages find it all the same."""
TRIES = 3
"""What a busy machine has spoilt is done again, as ``squall check`` does."""
OUTAGES = [one.name for one in stock() if "redis" in one.needs]


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
        contract=dataclasses.replace(DEFAULT_CONTRACT, deadline_seconds=1.5),
        dependencies=(REDIS,),
        processes=(AppWorker(name="worker", command=worker),) if worker else (),
    )  # fmt: skip
    return SyncLab(LabOptions(profile=profile, seed=4))


@pytest.fixture(scope="module")
def sound() -> Iterator[SyncLab]:
    lab = held("sound")
    yield lab
    lab.close()


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_sound_app_passes_each_outage_of_redis(sound: SyncLab, outage: str) -> None:
    for _ in range(TRIES):
        run = sound.run(outage)
        if run.verdict != "inconclusive":
            break
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.passed, run.findings


@pytest.mark.parametrize(
    ("maker", "outage", "gate", "told"),
    [
        ("waits_for_ever", "redis-silent", "answered-in-time", "were answered late"),
        ("fails_with_it", "redis-refused", "error-contract", "x status 500"),
    ],
)
def test_a_broken_app_does_not_pass_the_gate_that_is_meant_for_it(
    maker: str, outage: str, gate: str, told: str
) -> None:
    """A gate that measures time judges no app that was starved, and still says what it saw."""
    lab = held(maker)
    try:
        finding = lab.run(outage).finding(gate)
    finally:
        lab.close()
    assert finding.verdict != "pass", finding
    assert told in finding.reason


def test_without_the_dependency_its_outages_are_left_out() -> None:
    names = {one.name for one in for_dependencies(stock(), ())}
    assert not names & set(OUTAGES)
    assert {one.name for one in for_dependencies(stock(), {"redis"})} == names | set(OUTAGES)
    asked = {one.name for one in for_dependencies(stock(), (), ["redis-slow"])}
    assert asked - names == {"redis-slow"}


def test_a_worker_that_cannot_start_is_told_with_its_last_words() -> None:
    lab = held("sound", worker="python -c 'raise SystemExit(\"no queue here\")'")
    try:
        with pytest.raises(LabError, match=r"the process worker ended with 1(?s:.*)no queue here"):
            lab.run("redis-slow")
    finally:
        lab.close()
