"""The stock outages: one scenario each, in files that can be read and copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from squall.scenario.model import Scenario
from squall.scenario.yaml_loader import SUFFIX, load


def stock() -> list[Scenario]:
    """Every stock outage, sorted by name."""
    return list(_read_library())


@cache
def _read_library() -> tuple[Scenario, ...]:
    """Read once for each process: parsing takes longer than most commands."""
    files = Path(__file__).parent.glob(f"*{SUFFIX}")
    return tuple(sorted(map(load, files), key=lambda scenario: scenario.name))
