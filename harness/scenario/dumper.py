"""A scenario as the text of a file, such that reading it gives the same scenario."""

from __future__ import annotations

from typing import Any

import yaml

import faults
from harness.checkers import catalogue as gate_catalogue
from harness.checkers.limit import Limit
from harness.scenario.loader import VERSION
from harness.scenario.model import Scenario, Step

LINE_BREAKS = {"\x85", "\u2028", "\u2029"}
"""YAML takes these for line breaks: unless they are escaped, they come back as blanks."""


def dump(scenario: Scenario) -> str:
    """The scenario as the text of a file; ``loads(dump(s)) == s``."""
    body: dict[str, Any] = {
        "squall": VERSION,
        "name": scenario.name,
        "story": scenario.story,
        "tags": sorted(scenario.tags),
        "needs": sorted(scenario.needs),
        "before_seconds": scenario.before_seconds,
        "after_seconds": scenario.after_seconds,
        "load": {
            "rate_per_second": scenario.load.rate_per_second,
            "arrivals": scenario.load.arrivals,
        },
        "steps": [_dumped_step(step) for step in scenario.steps],
        "gates": _dumped_gates(scenario),
    }
    texts = (scenario.name, scenario.story, *scenario.tags)
    plain = not LINE_BREAKS & {letter for text in texts for letter in text}
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=plain, width=100)


def _dumped_gates(scenario: Scenario) -> dict[str, Any]:
    """Gates by name, those in words as a list."""
    body: dict[str, Any] = {}
    words = [name for name, gate in scenario.gates.items() if isinstance(gate, Limit)]
    for name, gate in scenario.gates.items():
        if name not in words:
            body[name] = False if gate is None else gate_catalogue.to_dict(gate)
    return {**body, gate_catalogue.LIMITS: words} if words else body


def _dumped_step(step: Step) -> dict[str, Any]:
    times = {"at_seconds": step.at_seconds, "lasting_seconds": step.lasting_seconds}
    miss = {"may_miss": True} if step.may_miss else {}
    return {**faults.to_dict(step.fault), **times, **miss}
