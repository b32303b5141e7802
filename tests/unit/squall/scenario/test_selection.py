"""Outages left out: by name or tag, with the reason, and never whoever asks for one by name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from squall.core.errors import UsageError
from squall.scenario.model import Scenario
from squall.scenario.selection import partition_long, partition_skipped
from squall.scenario.step import at
from squall_faults.network.refuse import Refuse


def outage(name: str, *tags: str) -> Scenario:
    steps = (at(0, Refuse(), lasting=1),)
    return Scenario(name=name, story="It rains.", steps=steps, tags=frozenset(tags))


ALL = [outage("idle", "network"), outage("crash", "database", "smoke"), outage("slow", "network")]


@pytest.mark.parametrize(
    ("skips", "only", "runs", "left"),
    [
        ({}, (), ["idle", "crash", "slow"], {}),
        ({"idle": "no pool"}, (), ["crash", "slow"], {"idle": "no pool"}),
        ({"network": "far"}, (), ["crash"], {"idle": "far", "slow": "far"}),
        ({"network": "far", "idle": "no pool"}, (), ["crash"], {"idle": "no pool", "slow": "far"}),
        ({"network": "far"}, ("slow", "smoke"), ["crash", "slow"], {"idle": "far"}),
        ({"network": "far"}, ("network",), ["crash"], {"idle": "far", "slow": "far"}),
    ],
)
def test_who_is_left_out(
    skips: dict[str, str], only: Sequence[str], runs: list[str], left: dict[str, str]
) -> None:
    running, skipped = partition_skipped(ALL, skips, only, known=ALL, option="--skip")
    assert [one.name for one in running] == runs
    assert {one.scenario.name: one.reason for one in skipped} == left


def test_a_word_that_nothing_has_is_refused_with_what_it_may_mean() -> None:
    with pytest.raises(UsageError, match=r"--skip crsh: there is no such .*; did you mean crash\?"):
        partition_skipped(ALL[:1], {"crsh": "x"}, (), known=ALL, option="--skip")


NIGHT = outage("night", "network", "long")


@pytest.mark.parametrize(
    ("only", "runs"),
    [((), False), (("network",), False), (("long",), True), (("night",), True)],
)
def test_a_long_outage_runs_only_when_it_is_asked_for(only: Sequence[str], runs: bool) -> None:
    running, left = partition_long([*ALL, NIGHT], only)
    assert (NIGHT in running, [one.scenario for one in left]) == (runs, [] if runs else [NIGHT])
    assert running[:3] == ALL
