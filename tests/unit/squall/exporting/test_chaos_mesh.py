"""Manifests fit the published schemas of Chaos Mesh; what packets cannot do is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from squall import Scenario, at, stock
from squall.core.errors import UsageError
from squall.exporting.chaos_mesh import Pods, chaos_mesh
from squall_faults import (
    AppCrash,
    AppPause,
    AppTerminate,
    Bandwidth,
    BlackHole,
    Crash,
    CutAfterCommit,
    Latency,
    Refuse,
    Reset,
    Restart,
    Stall,
)

PUBLISHED = json.loads(Path(__file__).with_name("chaos-mesh-2.8.3.json").read_text("utf-8"))
PODS = Pods(namespace="shop", app=("app", "shop"), callers=("app.kubernetes.io/name", "web"))


def strict(schema: Any) -> Any:
    """Kubernetes drops fields that a schema does not name; here they are a mistake."""
    if isinstance(schema, dict):
        own = {name: strict(value) for name, value in schema.items()}
        if isinstance(own.get("properties"), dict) and own.get("type") == "object":
            own.setdefault("additionalProperties", False)
        return own
    return [strict(one) for one in schema] if isinstance(schema, list) else schema


def problems(manifest: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(strict(PUBLISHED["kinds"][manifest["kind"]]))
    return [error.message for error in validator.iter_errors(manifest)]


def manifests(*steps: Any, name: str = "story", pods: Pods = PODS) -> list[dict[str, Any]]:
    one = Scenario(name=name, story="Why.", steps=steps)
    return list(yaml.safe_load_all(chaos_mesh(one, "x.squall.yaml", pods)))


EXPRESSED = [
    AppCrash(), AppTerminate(), Crash(), Latency(latency_ms=60, jitter_ms=5), Stall(),
    Stall(direction="upstream"), BlackHole(), BlackHole(direction="downstream"),
    Latency(latency_ms=60, proxy="app"),
]  # fmt: skip


@pytest.mark.parametrize("fault", EXPRESSED, ids=repr)
def test_a_manifest_fits_the_published_schema(fault: Any) -> None:
    (manifest,) = manifests(at(0, fault, lasting=1.5))
    assert problems(manifest) == []
    assert manifest["apiVersion"] == "chaos-mesh.org/v1alpha1"


SPOILT: list[tuple[tuple[str, ...], Any, str]] = [
    (("spec", "action"), "slow", "'slow' is not one of"),
    (("spec", "delay", "latency"), "60 ms", "'60 ms' does not match"),
    (("spec", "mode"), None, "None is not of type 'string'"),
    (("spec", "delays"), {}, "Additional properties are not allowed ('delays' was unexpected)"),
]


@pytest.mark.parametrize(("path", "value", "problem"), SPOILT, ids=lambda value: str(value)[:30])
def test_the_schema_is_no_rubber_stamp(path: tuple[str, ...], value: Any, problem: str) -> None:
    (sound,) = manifests(at(0, Latency(latency_ms=60), lasting=1))
    spoilt = copy.deepcopy(sound)
    place = spoilt
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert any(problem in found for found in problems(spoilt))


def test_a_delay_is_on_packets_of_the_database_to_the_app() -> None:
    (manifest,) = manifests(at(0.5, Latency(latency_ms=60, jitter_ms=5), lasting=0.6))
    assert manifest == {
        "apiVersion": "chaos-mesh.org/v1alpha1",
        "kind": "NetworkChaos",
        "metadata": {
            "name": "story-1",
            "namespace": "shop",
            "annotations": {"squall/fault": "network.latency", "squall/at-seconds": "0"},
        },
        "spec": {
            "action": "delay",
            "delay": {"latency": "60ms", "jitter": "5ms", "correlation": "0"},
            "mode": "all",
            "selector": {"namespaces": ["shop"], "labelSelectors": {"app": "shop"}},
            "direction": "from",
            "target": {
                "mode": "all",
                "selector": {"namespaces": ["shop"], "labelSelectors": {"app": "postgres"}},
            },
            "duration": "600ms",
        },
    }


@pytest.mark.parametrize(
    ("fault", "direction"),
    [
        (Latency(latency_ms=1, direction="upstream"), "to"),
        (Stall(), "from"),
        (BlackHole(), "both"),
        (BlackHole(direction="upstream"), "to"),
    ],
    ids=repr,
)
def test_the_direction_is_that_of_the_bytes(fault: Any, direction: str) -> None:
    assert manifests(at(0, fault, lasting=1))[0]["spec"]["direction"] == direction


def test_a_crash_kills_pods_at_once_and_a_termination_gives_them_time() -> None:
    crash, end, server = manifests(
        at(0, AppCrash(), lasting=1),
        at(2, AppTerminate(), lasting=1),
        at(4, Crash(), lasting=1),
    )
    assert [one["spec"]["gracePeriod"] for one in (crash, end, server)] == [0, 30, 0]
    labels = [one["spec"]["selector"]["labelSelectors"]["app"] for one in (crash, end, server)]
    assert labels == ["shop", "shop", "postgres"]
    times = [one["metadata"]["annotations"]["squall/at-seconds"] for one in (crash, end, server)]
    assert times == ["0", "2", "4"]


REFUSED: list[tuple[Any, str]] = [
    (Reset(), "it acts on connections, Chaos Mesh on packets"),
    (Refuse(), "it acts on connections, Chaos Mesh on packets"),
    (Bandwidth(rate_kb_per_s=5), "it limits each connection"),
    (Latency(latency_ms=5, share=0.5), "it chooses connections (share)"),
    (Stall(scope="existing", connections=3), "it chooses connections (scope, connections)"),
    (AppPause(), "Chaos Mesh stops no process"),
    (Restart(), "how a pod's server stops is a matter of its image"),
    (Stall(proxy="redis"), "its proxy 'redis' is neither"),
    (CutAfterCommit(), "it acts on messages of PostgreSQL"),
]


@pytest.mark.parametrize(("fault", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_packets_cannot_do_is_refused(fault: Any, reason: str) -> None:
    with pytest.raises(UsageError) as told:
        manifests(at(0, AppCrash(), lasting=1), at(0, fault, lasting=1))
    assert "story cannot be expressed for Chaos Mesh:\n  x.squall.yaml: step 2, " in str(told.value)
    assert reason in str(told.value)


def test_faults_before_the_app_need_the_callers() -> None:
    fault = Latency(latency_ms=5, proxy="app")
    (manifest,) = manifests(at(0, fault, lasting=1))
    assert manifest["spec"]["selector"]["labelSelectors"] == {"app.kubernetes.io/name": "web"}
    assert manifest["spec"]["target"]["selector"]["labelSelectors"] == {"app": "shop"}
    with pytest.raises(UsageError, match="name the callers, --caller-label"):
        manifests(at(0, fault, lasting=1), pods=Pods())


@pytest.mark.parametrize("name", ["Ünï/cödé", "x" * 90, "--", "a.b c"])
def test_a_name_is_one_that_kubernetes_takes(name: str) -> None:
    (manifest,) = manifests(at(0, AppCrash(), lasting=1), name=name)
    found = manifest["metadata"]["name"]
    assert len(found) <= 63
    assert found.replace("-", "").isalnum()
    assert found.isascii()
    assert found == found.lower()
    assert not found.startswith("-")


def test_stock_outages_fit_or_are_refused() -> None:
    fitting = []
    for one in stock():
        try:
            text = chaos_mesh(one.for_app(deadline=1.0), one.name, PODS)
        except UsageError:
            continue
        assert [problems(each) for each in yaml.safe_load_all(text)] == [[]] * len(one.steps)
        fitting.append(one.name)
    assert {"slow-network", "silent-network"} <= set(fitting), fitting
    assert len(fitting) >= 6
