"""``squall faults``, ``gates``, ``outages``: a list, and everything about one of them."""

from __future__ import annotations

from typing import Any

import pytest
import squall_faults as faults
import yaml
from squall import loads, stock
from squall.gates.registry import standard_gates


def test_every_fault_is_listed_with_its_summary(squall: Any) -> None:
    said = squall("faults")
    assert said.code == 0
    listed = [line.split(maxsplit=1) for line in said.out.splitlines()]
    assert listed == [[entry.key, entry.summary] for entry in faults.entries()]


def test_one_fault_is_explained_with_choices_and_defaults(squall: Any) -> None:
    said = squall("faults", "network.latency")
    assert "    latency_ms: a whole number, required\n" in said.out
    assert "    direction: upstream or downstream, default downstream\n" in said.out
    assert "downstream: what the server sends" in said.words


@pytest.mark.parametrize("entry", faults.entries(), ids=lambda entry: entry.key)
def test_every_attribute_of_every_fault_is_described(entry: Any) -> None:
    from squall.cli.described_fields import describe_fields  # noqa: PLC0415 - only here

    lines = [line for line in describe_fields(entry.fault) if line[4] != " "]
    assert [line.split(":")[0].strip() for line in lines] == [f.name for f in entry.fields()]


def test_every_gate_is_listed_and_one_is_explained(squall: Any) -> None:
    listed = [line.split()[0] for line in squall("gates").out.splitlines()]
    assert listed == [gate.name for gate in standard_gates()]
    assert "    within_ms: a number or null, default null" in squall("gates", "recovery-time").out


def test_one_outage_is_printed_as_a_file_that_can_be_run(squall: Any) -> None:
    said = squall("outages", "slow-network")
    assert yaml.safe_load(said.out)["name"] == "slow-network"
    (there,) = (one for one in stock() if one.name == "slow-network")
    assert loads(said.out).steps == there.steps
