"""The catalogue: names and attributes in, faults out, and clear words for what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
import squall_faults as faults
from squall_faults import InvalidFault, Latency, Refuse, Reset, Restart, Stall


@pytest.mark.parametrize("entry", faults.entries(), ids=lambda entry: entry.key)
def test_every_fault_has_a_file_of_its_name_and_says_what_it_is(entry: Any) -> None:
    family, _, name = entry.key.partition(".")
    assert entry.fault.__module__ == f"squall_faults.{family}.{name}"
    assert entry.summary
    assert entry.effect in faults.Effect


@pytest.mark.parametrize(
    "fault",
    [
        Latency(latency_ms=3),
        Latency(latency_ms=3, direction="upstream", proxy="app"),
        Stall(),
        Reset(),
        Refuse(proxy="app"),
        Restart(mode="immediate"),
        faults.Crash(),
    ],
    ids=repr,
)
def test_a_fault_survives_the_way_through_a_file(fault: faults.Fault) -> None:
    assert faults.from_dict(faults.to_dict(fault)) == fault


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ({"fault": "network.latencyy"}, "did you mean network.latency"),
        ({"fault": "x"}, "list them with: squall faults"),
        ({"fault": "network.latency"}, "needs latency_ms"),
        ({"fault": "network.latency", "latency_ms": 0}, "from 1 to 60000, got 0"),
        ({"fault": "network.latency", "latency_ms": "5"}, "got '5'"),
        ({"fault": "network.latency", "latency_ms": True}, "got True"),
        ({"fault": "network.refuse", "proxy": "no name"}, "got 'no name'"),
        ({"fault": "network.stall", "direction": "up"}, "got 'up'"),
        ({"fault": "database.restart", "mode": "smart"}, "got 'smart'"),
        ({"fault": "database.crash", "hard": 1}, "has no attribute 'hard'"),
    ],
)
def test_a_bad_description_is_refused_with_its_value(
    description: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidFault, match=words.replace("'", "'")):
        faults.from_dict(description)
