"""The stock outages: one scenario each, in files that can be read and copied."""

from __future__ import annotations

from pathlib import Path

from squall.scenario.model import Scenario
from squall.scenario.yaml_loader import SUFFIX, load


def stock() -> list[Scenario]:
    """Every stock outage, sorted by name."""
    files = Path(__file__).parent.glob(f"*{SUFFIX}")
    return sorted((load(file) for file in files), key=lambda scenario: scenario.name)
