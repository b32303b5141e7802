"""The stock library as data: every outage can be read, says why it exists, and is short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import squall_faults as faults
from squall import REFERENCE, stock
from squall.scenario import library
from squall.scenario.model import Scenario
from squall.scenario.yaml_dumper import dump
from squall.scenario.yaml_loader import SUFFIX, load, loads

FAMILIES = {"network", "database", "wire", "app", "client", "redis", "upstream", "worker"}
TAGS = FAMILIES | {"smoke", "data-safety", "long", "repeated"}
TAG_OF_NEED = {"http": "upstream", "redis": "redis", "workers": "worker"}
"""Also of an outage whose faults of the network are aimed at such a dependency."""
LONGEST_SECONDS = 5.5
"""Most take two; an outage that everybody must have noticed takes longer than any deadline."""
LONG_SECONDS = 40.0
"""Of those with the tag: who gives up shows itself only after many deadlines."""
SMOKE_SECONDS = 12.0

FILES = sorted(Path(library.__file__).parent.glob("*.yaml"))
every_outage = pytest.mark.parametrize("outage", stock(), ids=lambda outage: outage.name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_loads_and_is_called_as_its_outage(file: Path) -> None:
    assert file.name == f"{load(file).name}{SUFFIX}"


def test_the_library_is_what_its_files_say_by_name() -> None:
    names = [outage.name for outage in stock()]
    assert names == sorted(file.name.removesuffix(SUFFIX) for file in FILES)
    assert len(names) >= 36


@every_outage
def test_an_outage_has_a_name_and_a_story(outage: Scenario) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", outage.name)
    assert len(outage.story.split()) >= 12
    assert outage.story.endswith(".")


@every_outage
def test_an_outage_has_tags_that_fit_its_faults(outage: Scenario) -> None:
    families = {step.label.partition(".")[0] for step in outage.steps}
    assert outage.tags <= TAGS
    aimed_at = {TAG_OF_NEED[need] for need in outage.needs if need in TAG_OF_NEED}
    assert outage.tags & FAMILIES <= families | aimed_at
    assert outage.tags & FAMILIES
    assert aimed_at == outage.tags & set(TAG_OF_NEED.values())


CHANCE = {"constant": 2, "jittered": 2, "poisson": 20}
"""A window cuts one slot at either end; of a Poisson load it may have many fewer than usual."""


@every_outage
def test_an_outage_has_a_fault_and_a_gate_of_its_own(outage: Scenario) -> None:
    assert outage.steps
    assert outage.should or any(gate is not None for gate in outage.gates.values())
    assert "recovery-time" in {gate.name for gate in outage.all_gates()}


@every_outage
def test_an_outage_is_short(outage: Scenario) -> None:
    longest = LONG_SECONDS if "long" in outage.tags else LONGEST_SECONDS
    assert outage.planned_seconds <= longest


@every_outage
def test_an_outage_proves_something_at_its_rate(outage: Scenario) -> None:
    """The guards want forty answers on either side; more leaves room for chance."""
    least = 40 + CHANCE[outage.load.arrivals]
    assert outage.load.rate_per_second * outage.before_seconds >= least
    assert outage.load.rate_per_second * outage.after_seconds >= least


@every_outage
def test_an_outage_is_the_same_after_it_was_written_and_read(outage: Scenario) -> None:
    assert loads(dump(outage)) == outage


def test_six_are_smoke_and_they_are_quick() -> None:
    smoke = [outage for outage in stock() if "smoke" in outage.tags]
    assert len(smoke) == 6
    assert sum(outage.planned_seconds for outage in smoke) <= SMOKE_SECONDS


def test_no_two_outages_do_the_same() -> None:
    told = [(outage.steps, outage.load) for outage in stock()]
    assert [steps for steps in told if told.count(steps) > 1] == []
    assert len({outage.story for outage in stock()}) == len(told)


def test_every_fault_has_an_outage() -> None:
    used = {step.label for outage in stock() for step in outage.steps}
    assert sorted({entry.key for entry in faults.entries()} - used) == []


def test_each_tag_finds_some() -> None:
    for tag in TAGS:
        assert [outage for outage in stock() if tag in outage.tags], tag


def test_a_write_is_part_of_the_load_where_data_may_be_lost() -> None:
    assert any(operation.effect != "read" for operation in REFERENCE.operations)
