"""Resolve a scenario: an object, the name of a stock outage, or a file."""

from __future__ import annotations

from pathlib import Path

from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.yaml_loader import load


def resolve_scenario(scenario: Scenario | str | Path) -> Scenario:
    """The scenario.

    Raises:
        UsageError: no stock outage has this name, or the file has problems.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, Path):
        return load(scenario)
    known = {outage.name: outage for outage in stock()}
    if scenario not in known:
        hint = suggest(scenario, known, list_with="squall outages")
        raise UsageError(f"there is no stock outage {scenario!r}; {hint}")
    return known[scenario]
