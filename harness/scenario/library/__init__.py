"""The stock outages: one story each, in files that can be read and copied."""

from __future__ import annotations

from pathlib import Path

from harness.scenario.loader import SUFFIX, load
from harness.scenario.model import Scenario


def stock() -> list[Scenario]:
    """Every stock outage, sorted by name."""
    files = Path(__file__).parent.glob(f"*{SUFFIX}")
    return sorted((load(file) for file in files), key=lambda scenario: scenario.name)
