"""A scenario as a configuration of Toxiproxy: what ``-config`` and ``POST /populate`` take.

A configuration has no times, so all steps begin together. Toxics in it, and their times to live,
are an extension of Squall's engine; a real Toxiproxy starts the proxies without them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from squall.exporting.expressible import CannotExpress, convert_steps, first_moment
from squall.exporting.toxic_recorder import RecordingProxy, record_toxics
from squall.scenario.model import Scenario
from squall.scenario.step import Step

LISTEN = {"postgres": "127.0.0.1:15432", "app": "127.0.0.1:18000"}
"""Where the proxies listen, as those of docker-compose.yml do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """The servers behind the proxies."""

    postgres: str = "127.0.0.1:5432"
    app: str = "127.0.0.1:8000"


def toxiproxy_config(scenario: Scenario, place: str, upstreams: Upstreams) -> str:
    """The JSON array of proxies.

    Raises:
        UsageError: a step cannot be expressed.
    """
    begins = first_moment(scenario)

    def convert(number: int, step: Step) -> RecordingProxy:
        if step.at_seconds > begins:
            late = step.at_seconds - begins
            raise CannotExpress(
                f"it begins {late:g} s after the first; a configuration has no times"
            )
        recorded = record_toxics(number, step)
        if recorded.name not in LISTEN:
            raise CannotExpress(f"its proxy {recorded.name!r} is none of {', '.join(LISTEN)}")
        lives = max(1, round(step.lasting_seconds * 1000))
        recorded.toxics = [{**toxic, "ttl_ms": lives} for toxic in recorded.toxics]
        return recorded

    steps = convert_steps(scenario, "a configuration of Toxiproxy", place, convert)
    proxies = [_proxy(name, getattr(upstreams, name), steps) for name in LISTEN]
    return json.dumps(proxies, indent=2) + "\n"


def _proxy(name: str, upstream: str, steps: list[RecordingProxy]) -> Mapping[str, Any]:
    mine = [step for step in steps if step.name == name]
    return {
        "name": name,
        "listen": LISTEN[name],
        "upstream": upstream,
        "enabled": not any(step.disabled for step in mine),
        "toxics": [toxic for step in mine for toxic in step.toxics],
    }
