"""Scenario files: the way there and back, and every problem at once with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squall import Load, Scenario, Step, UsageError, dump, loads, stock
from squall.gates.availability import Availability
from squall.gates.recovery_time import RecoveryTime
from squall.scenario.yaml_loader import SUFFIX, load
from squall_faults import Crash, Fault, Latency, Refuse, Reset, Restart, Stall

PROXIES = st.sampled_from(["postgres", "app"])
DIRECTIONS = st.sampled_from(["upstream", "downstream"])
FAULTS: st.SearchStrategy[Fault] = st.one_of(
    st.builds(Latency, latency_ms=st.integers(1, 60_000), direction=DIRECTIONS, proxy=PROXIES),
    st.builds(Stall, direction=DIRECTIONS, proxy=PROXIES),
    st.builds(Reset, proxy=PROXIES),
    st.builds(Refuse, proxy=PROXIES),
    st.builds(Restart, mode=st.sampled_from(["fast", "immediate"])),
    st.just(Crash()),
)
SECONDS = st.floats(0, 100, allow_nan=False)
STEPS = st.builds(
    Step, at_seconds=SECONDS, fault=FAULTS, lasting_seconds=SECONDS, may_miss=st.booleans()
)
TEXT = st.text(min_size=1, max_size=30).filter(str.strip)
GATES = st.fixed_dictionaries(
    {},
    optional={
        "recovery-time": st.one_of(
            st.none(), st.builds(RecoveryTime, within_ms=st.floats(0, 1e6, allow_nan=False))
        ),
        "availability": st.builds(Availability, during_min=st.one_of(st.none(), st.floats(0, 1))),
        "connection-leaks": st.none(),
    },
)
SCENARIOS = st.builds(
    Scenario,
    name=TEXT,
    story=TEXT,
    steps=st.lists(STEPS, max_size=3).map(tuple),
    tags=st.frozensets(TEXT, max_size=3),
    before_seconds=st.floats(0.1, 10),
    after_seconds=st.floats(0.1, 10),
    load=st.builds(
        Load,
        rate_per_second=st.floats(1, 10_000),
        arrivals=st.sampled_from(["jittered", "poisson", "constant"]),
    ),
    gates=GATES,
)


@given(SCENARIOS)
@settings(deadline=None)
def test_a_scenario_survives_the_way_through_a_file(scenario: Scenario) -> None:
    assert loads(dump(scenario)) == scenario


@pytest.mark.parametrize("outage", stock(), ids=lambda outage: outage.name)
def test_stock_outages_are_named_like_their_files(outage: Scenario) -> None:
    library = Path(load.__code__.co_filename).parent / "library"
    assert load(library / f"{outage.name}{SUFFIX}") == outage
    assert outage.story
    assert outage.tags


FIVE_MISTAKES = """\
squall: 1
name: wrong
story: five mistakes
before_secs: 1
steps:
  - {at_seconds: 0, fault: network.latncy, lasting_seconds: 1}
  - {at_seconds: 0, fault: network.latency, latency_ms: -5, lasting_seconds: 1}
  - at_seconds: soon
    fault: database.crash
    lasting_seconds: 1
gates:
  recovery-tyme: {within_ms: 5}
"""


def test_five_mistakes_give_five_problems_with_their_lines(same_file: re.Pattern[str]) -> None:
    with pytest.raises(UsageError) as error:
        loads(FIVE_MISTAKES, file="my.squall.yaml")
    found = [(int(m["line"]), m["text"]) for m in same_file.finditer(str(error.value))]
    assert [line for line, _ in found] == [4, 6, 7, 8, 12]
    for (_, text), word in zip(
        found,
        ["before_seconds", "network.latency", "got -5", "'soon'", "recovery-time"],
        strict=True,
    ):
        assert word in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[", "is not YAML"),
        ("- a", "must be a mapping"),
        ("name: x\nstory: y\nsteps: []", "starts with 'squall: 1'"),
        ("squall: 2\nname: x\nstory: y\nsteps: []", "version 2 is unknown"),
        ("squall: 1\nstory: y\nsteps: []", "needs 'name'"),
        ("squall: 1\nname: x\nstory: y", "needs 'steps'"),
        ("squall: 1\nname: x\nname: z\nstory: y\nsteps: []", "gives 'name' twice"),
        ("squall: 1\nname: 5\nstory: y\nsteps: []", "must be text, got 5"),
        ("squall: 1\nname: x\nstory: y\nsteps: [{lasting_seconds: 1}]", "needs 'fault'"),
        ("squall: 1\nname: x\nstory: y\nsteps: [{fault: database.crash}]", "lasting_seconds"),
        (
            "squall: 1\nname: x\nstory: y\nsteps: [{fault: database.crash, may_miss: 1}]",
            "<text>:4: may_miss must be true or false, got 1",
        ),
        (
            "squall: 1\nname: x\nstory: y\nsteps: []\nload: {arrivals: all}",
            "jittered, poisson, constant",
        ),
        ("squall: 1\nname: x\nstory: y\nsteps: []\nload: {rate_per_second: 0}", "1 to 10000"),
        ("squall: 1\nname: x\nstory: y\nsteps: []\nbefore_seconds: 9999", "the limit is 600"),
        ("squall: 1\nname: x\nstory: y\nsteps: []\ngates: {no-duplicate: 3}", "got 3"),
        (
            "squall: 1\nname: x\nstory: y\nsteps: []\ngates: {availability: {max: 1}}",
            "no parameter",
        ),
        (
            "squall: 1\nname: x\nstory: y\nsteps: []\ngates: {availability: {during_min: 5}}",
            "from 0 to 1",
        ),
    ],
)
def test_a_bad_file_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        loads(text)


def test_a_gate_is_switched_off() -> None:
    text = "squall: 1\nname: x\nstory: y\nsteps: []\ngates: {conservation: off}"
    names = {gate.name for gate in loads(text).all_gates()}
    assert "conservation" not in names
    assert "error-contract" in names
    assert "faults-bit" in names
