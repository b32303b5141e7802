"""A scenario as an experiment of Chaos Toolkit that speaks Toxiproxy's API; no extension is needed.

Its HTTP provider sends JSON when the header says so. Injections and heals are actions in the order
of their times, with the pauses between them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from squall.exporting.expressible import convert_steps, first_moment
from squall.exporting.toxic_recorder import RecordingProxy, record_toxics
from squall.scenario.model import Scenario
from squall.scenario.step import Step

ENGINE = {"type": "env", "key": "TOXIPROXY_URL", "default": "http://127.0.0.1:8474"}
TIMEOUT_SECONDS = 10

Action = Mapping[str, Any]
Timed = tuple[float, Action]
"""Seconds since the first step, and what is done then."""


def chaos_toolkit(scenario: Scenario, place: str) -> str:
    """The experiment as JSON.

    Raises:
        UsageError: a step cannot be expressed.
    """
    begins = first_moment(scenario)

    steps = convert_steps(
        scenario, "Chaos Toolkit", place, lambda number, step: _timed(number, step, begins)
    )
    # Sorting is stable: at one moment, an earlier step comes before a later one.
    timed = sorted((one for step in steps for one in step), key=lambda one: one[0])
    experiment = {
        "version": "1.0.0",
        "title": scenario.name,
        "description": " ".join(scenario.story.split()),
        "tags": sorted(scenario.tags),
        "configuration": {"engine": ENGINE},
        "method": list(_with_pauses(timed)),
        "rollbacks": [_action("heal whatever is left", "POST", "/reset")],
    }
    return json.dumps(experiment, indent=2) + "\n"


def _timed(number: int, step: Step, begins: float) -> list[Timed]:
    """Injection and heal of one step, each with its moment."""
    recorded = record_toxics(number, step)
    at = step.at_seconds - begins
    healed = at + step.lasting_seconds
    return [
        *((at, action) for action in _inject(number, step, recorded)),
        *((healed, action) for action in _heal(number, step, recorded)),
    ]


def _inject(number: int, step: Step, recorded: RecordingProxy) -> Iterator[Action]:
    path = f"/proxies/{recorded.name}"
    for toxic in recorded.toxics:
        yield _action(f"step {number}: {step.label}", "POST", f"{path}/toxics", toxic)
    if recorded.disabled:
        yield _action(f"step {number}: {step.label}", "POST", path, {"enabled": False})


def _heal(number: int, step: Step, recorded: RecordingProxy) -> Iterator[Action]:
    path = f"/proxies/{recorded.name}"
    for toxic in recorded.toxics:
        name = f"step {number}: heal {step.label}"
        yield _action(name, "DELETE", f"{path}/toxics/{toxic['name']}")
    if recorded.disabled:
        yield _action(f"step {number}: heal {step.label}", "POST", path, {"enabled": True})


def _with_pauses(timed: list[Timed]) -> Iterator[Action]:
    now = 0.0
    for at, action in timed:
        pause = round(at - now, 3)
        yield {**action, "pauses": {"before": pause}} if pause > 0 else action
        now = at


def _action(name: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Action:
    provider: dict[str, Any] = {
        "type": "http",
        "url": f"${{engine}}{path}",
        "method": method,
        "timeout": TIMEOUT_SECONDS,
    }
    if body is not None:
        provider |= {"headers": {"Content-Type": "application/json"}, "arguments": body}
    return {"type": "action", "name": name, "provider": provider}
