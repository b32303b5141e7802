"""Mistakes around Redis and an HTTP upstream: each fails a gate, the sound path beside it none."""

from __future__ import annotations

import dataclasses

import pytest
from squall import AppProfile, LabOptions, Operation, Run, SyncLab
from squall.config.dependencies import Dependency
from squall.config.profile import DEFAULT_CONTRACT
from squall.config.upstream_answers import DeclaredAnswer
from squall.core.errors import LabError
from squall.lab.providers.process.redis_binaries import find_redis

from tests.pairs.cache_defects import READS

pytestmark = [pytest.mark.scenario, pytest.mark.proof]

TRIES = 3
"""What a busy machine has spoilt is done again, as ``squall check`` does."""

REDIS = Dependency(name="cache", kind="redis", environment={"REDIS_URL": "{url}/0"})
UPSTREAM = Dependency(
    name="rates", kind="http", environment={"RATES_URL": "{url}"},
    answers=(DeclaredAnswer(path="/rates/{id}", json={"rate": 1.25, "currency": "EUR"}),),
)  # fmt: skip
OF_REDIS = [
    ("not_there", "redis-crashed", "answer-unlike-calm"),
    ("a_usual_number", "redis-refused", "answer-unlike-calm"),
    ("tries_until_it_works", "redis-unreachable", "answered-in-time"),
    ("gives_up_for_good", "redis-restarted", "recovery-time"),
    ("who_are_you", "redis-loading", "answer-unlike-calm"),
    ("tells_the_words", "redis-refused", "error-contract"),
    ("old_copy_stays", "redis-refused", "read-your-writes"),
]
OF_UPSTREAM = [
    ("success_with_an_error", "upstream-unavailable", "answer-unlike-calm"),
    ("a_rate_of_one", "upstream-unavailable", "answer-unlike-calm"),
    ("remembers_errors", "upstream-refused", "recovery-time"),
    ("holds_a_connection", "upstream-silent", "answered-in-time"),
    ("tells_the_words", "upstream-unavailable", "error-contract"),
    ("a_client_for_each", "upstream-body-cut", "resources-return"),
    ("not_there", "upstream-rejects-our-key", "answer-unlike-calm"),
]
"""Mistake, outage, and the gate that tells it."""


def of_redis(name: str) -> tuple[Operation, ...]:
    if name in READS:
        path = f"/reads/{name}/{{int:1..100}}"
        return (Operation(name=name, method="GET", path=path, effect="read"),)
    path = f"/writes/{name}/{{int:1..20}}"
    change = Operation(
        name=f"set-{name}", method="PUT", path=path, effect="idempotent-write",
        body={"stock": "{int:1000..9000}"},
    )  # fmt: skip
    return (change, Operation(name=name, method="GET", path=path, effect="read", weight=3))


def of_upstream(name: str) -> tuple[Operation, ...]:
    path = f"/rates/{name}/{{int:1..100}}"
    return (Operation(name=name, method="GET", path=path, effect="read"),)


def run_of(module: str, needed: Dependency, operations: tuple[Operation, ...], outage: str) -> Run:
    profile = AppProfile(
        name=operations[-1].name, app=f"tests.pairs.{module}:create_app", factory=True,
        openapi="/items/1", operations=operations, dependencies=(needed,),
        contract=dataclasses.replace(DEFAULT_CONTRACT, deadline_seconds=0.6),
    )  # fmt: skip
    held = SyncLab(LabOptions(profile=profile, seed=4))
    try:
        for _ in range(TRIES):
            run = held.run(outage)
            if run.verdict != "inconclusive":
                break
    finally:
        held.close()
    return run


def of_cache(name: str, outage: str) -> Run:
    try:
        find_redis()
    except LabError as error:
        pytest.skip(str(error))
    return run_of("cache_defects", REDIS, of_redis(name), outage)


@pytest.mark.parametrize(("name", "outage", "gate"), OF_REDIS)
def test_a_mistake_around_redis_is_told(name: str, outage: str, gate: str) -> None:
    run = of_cache(name, outage)
    assert run.finding(gate).verdict == "fail", [one for one in run.findings if one.reason]


@pytest.mark.parametrize("name", ["sound", "sound_write"])
@pytest.mark.parametrize("outage", sorted({outage for _, outage, _ in OF_REDIS}))
def test_the_sound_path_passes_outages_of_redis(name: str, outage: str) -> None:
    run = of_cache(name, outage)
    assert run.verdict != "fail", run.findings


@pytest.mark.parametrize(("name", "outage", "gate"), OF_UPSTREAM)
def test_a_mistake_around_an_upstream_is_told(name: str, outage: str, gate: str) -> None:
    run = run_of("upstream_defects", UPSTREAM, of_upstream(name), outage)
    assert run.finding(gate).verdict == "fail", [one for one in run.findings if one.reason]


@pytest.mark.parametrize("outage", sorted({outage for _, outage, _ in OF_UPSTREAM}))
def test_the_sound_path_passes_outages_of_an_upstream(outage: str) -> None:
    run = run_of("upstream_defects", UPSTREAM, of_upstream("sound"), outage)
    assert run.verdict != "fail", run.findings
