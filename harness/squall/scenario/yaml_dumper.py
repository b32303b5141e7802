"""Write a scenario as a file, such that reading it gives the same scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import squall_faults as faults
import yaml

from squall.gates import registry as gate_catalogue
from squall.gates.threshold import Threshold
from squall.gates.verdict import Gate
from squall.scenario.model import Scenario
from squall.scenario.step import Step
from squall.scenario.yaml_loader import VERSION

LINE_BREAKS = {"\x85", "\u2028", "\u2029"}
"""YAML treats these as line breaks: unless they are escaped, they are read back as spaces."""


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
        "gates": _dumped_gates(scenario.gates),
    }
    if scenario.load.requests != "all":
        body["load"]["requests"] = scenario.load.requests
    if scenario.amid_requests:
        body["amid_requests"] = True
    if scenario.should:
        body["should"] = _dumped_gates(scenario.should)
    texts = (scenario.name, scenario.story, *scenario.tags)
    plain = not LINE_BREAKS & {letter for text in texts for letter in text}
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=plain, width=100)


def _dumped_gates(gates: Mapping[str, Gate | None]) -> dict[str, Any]:
    """Gates by name, threshold expressions as a list."""
    body: dict[str, Any] = {}
    words = [name for name, gate in gates.items() if isinstance(gate, Threshold)]
    for name, gate in gates.items():
        if name not in words:
            body[name] = False if gate is None else gate_catalogue.to_dict(gate)
    return {**body, gate_catalogue.LIMITS: words} if words else body


def _dumped_step(step: Step) -> dict[str, Any]:
    times: dict[str, Any] = {
        "at_seconds": step.at_seconds,
        "lasting_seconds": step.lasting_seconds,
    }
    if step.lasting_deadlines:
        times["lasting"] = f"{step.lasting_deadlines!r} deadlines"
    elif step.lasting_starts:
        times["lasting"] = f"{step.lasting_starts!r} starts"
    if step.deadlines:
        times["deadlines"] = dict(step.deadlines)
    if step.starts:
        times["starts"] = dict(step.starts)
    miss = {"may_miss": True} if step.may_miss else {}
    return {**faults.to_dict(step.fault), **times, **miss}
