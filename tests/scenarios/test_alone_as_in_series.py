"""The command that repeats an outage gives its verdict, whatever ran in the lab before it.

Seven apps, ten outages, three seeds: all ten in one lab, then each in a new one. The last two apps
are strangers', of which nothing is declared: their load is found, and small. What shows only if a
fault meets a request between two statements, such as half a transfer, is chance at such a load, and
says nothing of what ran before: its app differs from itself, alone as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from squall import REFERENCE, AppProfile, LabOptions, SyncLab, stock
from squall.config.profile import DEFAULT_CONTRACT
from squall.runner.result import Run

from tests.scenarios.test_sound_apps import OPERATIONS

OUTAGES = (
    "known-outage", "any-statement-cancelled", "sessions-terminated", "database-crash-restart",
    "commit-reply-lost", "silent-network", "too-many-connections", "disk-full", "app-crash",
    "serialization-failures",
)  # fmt: skip
"""One after the other: each may leave something behind for the next."""

PROVEN = ("pass", "fail")


def of_reference(target: str) -> AppProfile:
    return REFERENCE.with_target(target, factory=True)


def of_notes(shape: str) -> AppProfile:
    return AppProfile(
        name=shape, app=f"tests.sound_apps.notes:{shape}", factory=True, operations=OPERATIONS,
        contract=DEFAULT_CONTRACT,
    )  # fmt: skip


def of_stranger(pair: str) -> AppProfile:
    return AppProfile(
        name="stranger", app=f"tests.pairs.{pair}", factory=True, writes=True,
        contract=DEFAULT_CONTRACT,
    )  # fmt: skip


APPS = {
    "reference": REFERENCE,
    "a circuit that stays open": of_reference("squall_mutants.circuit_stays_open:create_app"),
    "no time-outs": of_reference("tests.broken_apps.no_timeouts:create_app"),
    "sound notes": of_notes("alchemy_5_10"),
    "notes that lie": of_notes("liar"),
    "a sound stranger": of_stranger("half_transfer:sound"),
    "a stranger without time-outs": of_stranger("saves_the_whole_object:sound"),
}


@contextmanager
def lab(profile: AppProfile, seed: int) -> Iterator[SyncLab]:
    held = SyncLab(LabOptions(profile=profile, seed=seed))
    try:
        yield held
    finally:
        held.close()


def proven(runs: dict[str, Run]) -> dict[str, str]:
    return {name: run.verdict.value for name, run in runs.items() if run.verdict.value in PROVEN}


@pytest.mark.scenario
@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [3, 11, 29])
@pytest.mark.parametrize("app", APPS)
def test_an_outage_alone_has_the_verdict_that_it_has_in_the_series(app: str, seed: int) -> None:
    outages = [one for one in stock() if one.name in OUTAGES]
    with lab(APPS[app], seed) as held:
        series = {one.name: held.run(one) for one in outages}
    alone = {}
    for one in outages:
        with lab(APPS[app], seed) as held:
            alone[one.name] = held.run(one)
    first, second = proven(series), proven(alone)
    both = first.keys() & second.keys()
    assert len(both) >= 0.8 * len(OUTAGES), "too many runs prove nothing"
    assert {name: first[name] for name in both} == {name: second[name] for name in both}
