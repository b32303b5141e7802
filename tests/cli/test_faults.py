"""``squall faults``: the catalogue, complete."""

from __future__ import annotations

from typing import Any

import faults


def test_every_fault_is_listed_with_its_attributes(squall: Any) -> None:
    said = squall("faults")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    for entry in faults.entries():
        place = lines.index(f"{entry.key}  {entry.summary}")
        names = [field.name for field in entry.fields()]
        below = lines[place + 1 : place + 1 + len(names)]
        assert [line.strip().partition(":")[0] for line in below] == names


def test_an_attribute_without_default_is_called_required(squall: Any) -> None:
    assert "    latency_ms: int, required\n" in squall("faults").out
