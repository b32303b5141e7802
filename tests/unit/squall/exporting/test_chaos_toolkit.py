"""An experiment makes the engine's calls in order, with the pauses of the scenario."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall import Scenario, at
from squall.core.errors import UsageError
from squall.exporting.chaos_toolkit import chaos_toolkit
from squall_faults import AppCrash, Latency, Refuse

SCHEMA_KEYS = {"version", "title", "description", "tags", "configuration", "method", "rollbacks"}


def experiment(*steps: Any) -> dict[str, Any]:
    one = Scenario(name="story", story="Why\n it is.", steps=steps, tags=frozenset({"b", "a"}))
    document: dict[str, Any] = json.loads(chaos_toolkit(one, "x.squall.yaml"))
    return document


def calls(document: dict[str, Any]) -> list[tuple[float, str, str]]:
    """Moment, method and address of each action."""
    now, found = 0.0, []
    for action in document["method"]:
        now += action.get("pauses", {}).get("before", 0.0)
        found.append((round(now, 3), action["provider"]["method"], action["provider"]["url"]))
    return found


def test_injections_and_heals_come_in_the_order_of_their_times() -> None:
    document = experiment(
        at(1.0, Latency(latency_ms=60), lasting=2.0),
        at(1.5, Refuse(proxy="app"), lasting=0.25),
    )
    toxics = "${engine}/proxies/postgres/toxics"
    assert calls(document) == [
        (0.0, "POST", toxics),
        (0.5, "POST", "${engine}/proxies/app"),
        (0.75, "POST", "${engine}/proxies/app"),
        (2.0, "DELETE", f"{toxics}/step1_latency_downstream"),
    ]
    bodies = [action["provider"].get("arguments") for action in document["method"]]
    assert bodies == [
        {"name": "step1_latency_downstream", "type": "latency", "stream": "downstream",
         "toxicity": 1.0, "attributes": {"latency": 60, "jitter": 0}},
        {"enabled": False}, {"enabled": True}, None,
    ]  # fmt: skip


def test_it_is_an_experiment_without_an_extension() -> None:
    document = experiment(at(0, Latency(latency_ms=60), lasting=2.0))
    assert set(document) == SCHEMA_KEYS
    assert (document["title"], document["description"]) == ("story", "Why it is.")
    assert document["configuration"]["engine"]["key"] == "TOXIPROXY_URL"
    (rollback,) = document["rollbacks"]
    assert rollback["provider"]["url"] == "${engine}/reset"
    for action in [*document["method"], rollback]:
        assert set(action) <= {"type", "name", "provider", "pauses"}
        assert action["type"] == "action"
        provider = action["provider"]
        assert provider["type"] == "http"
        # Its provider sends JSON only with this header, else a form.
        json_body = provider.get("headers") == {"Content-Type": "application/json"}
        assert json_body is ("arguments" in provider)


def test_what_cannot_be_expressed_is_refused() -> None:
    with pytest.raises(UsageError, match=r"for Chaos Toolkit:\n  x.squall.yaml: step 1, app.crash"):
        experiment(at(0, AppCrash(), lasting=1.0))
