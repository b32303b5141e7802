"""A scenario as manifests of Chaos Mesh: NetworkChaos between pods, and PodChaos.

    callers ──▶ app pods ──▶ database pods
         proxy app     proxy postgres          upstream: from left to right

Chaos Mesh acts on packets of pods, not on connections: whatever chooses connections, or ends them,
is refused. Field names and bounds are those of its schemas, version 2.8.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from squall_faults import AppCrash, AppTerminate, BlackHole, Crash, Latency, Stall, to_dict

from squall.exporting.expressible import CannotExpress, convert_steps, first_moment
from squall.scenario.model import Scenario
from squall.scenario.step import Step

API_VERSION = "chaos-mesh.org/v1alpha1"
GRACE_SECONDS = 30
"""From SIGTERM to SIGKILL, as Kubernetes has it by default."""

MAX_NAME = 63
"""Of a label in DNS (RFC 1123)."""

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """Where the parts of the app run."""

    namespace: str = "default"
    app: tuple[str, str] = ("app", "app")
    """Key and value of the label of the app's pods."""
    database: tuple[str, str] = ("app", "postgres")
    callers: tuple[str, str] | None = None
    """None: not named, so nothing between them and the app can be exported."""

    def selector(self, label: tuple[str, str]) -> Body:
        """The pods with this label."""
        return {"namespaces": [self.namespace], "labelSelectors": {label[0]: label[1]}}


def chaos_mesh(scenario: Scenario, place: str, pods: Pods) -> str:
    """One YAML document a step.

    Raises:
        UsageError: a step cannot be expressed.
    """
    begins = first_moment(scenario)

    def convert(number: int, step: Step) -> str:
        kind, spec = _spec(step, pods)
        at = f"{step.at_seconds - begins:g}"
        manifest = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {
                "name": _name(scenario.name, number),
                "namespace": pods.namespace,
                "annotations": {"squall/fault": step.label, "squall/at-seconds": at},
            },
            "spec": spec,
        }
        note = f"# {step.label}: apply it {at} s after the first\n"
        return "---\n" + note + yaml.safe_dump(manifest, sort_keys=False)

    return "".join(convert_steps(scenario, "Chaos Mesh", place, convert))


def _spec(step: Step, pods: Pods) -> tuple[str, Body]:
    """Kind and spec of one step."""
    match step.fault:
        case AppCrash():
            return "PodChaos", _killed(pods.selector(pods.app), 0)
        case AppTerminate():
            return "PodChaos", _killed(pods.selector(pods.app), GRACE_SECONDS)
        case Crash():
            return "PodChaos", _killed(pods.selector(pods.database), 0)
        case Latency() as fault:
            _refuse_choice(step)
            delay = {"latency": f"{fault.latency_ms}ms", "jitter": f"{fault.jitter_ms}ms"}
            action = {"action": "delay", "delay": {**delay, "correlation": "0"}}
            return "NetworkChaos", {**action, **_between(step, pods)}
        case Stall() | BlackHole():
            _refuse_choice(step)
            return "NetworkChaos", {"action": "partition", **_between(step, pods)}
        case _:
            raise CannotExpress(_why_not(step))


def _killed(selector: Body, grace_seconds: int) -> Body:
    """The cluster starts the pods again, in its own time."""
    return {
        "action": "pod-kill",
        "mode": "all",
        "selector": selector,
        "gracePeriod": grace_seconds,
    }


def _between(step: Step, pods: Pods) -> Body:
    """Whose packets, to whom, and for how long; ``from`` is for packets of the target."""
    fault = to_dict(step.fault)
    client, server = pods.app, pods.database
    proxy = fault.get("proxy", "postgres")
    if proxy not in ("postgres", "app"):
        raise CannotExpress(f"its proxy {proxy!r} is neither before the app nor before PostgreSQL")
    if proxy == "app":
        if pods.callers is None:
            raise CannotExpress("it is between callers and app: name the callers, --caller-label")
        client, server = pods.callers, pods.app
    direction = getattr(step.fault, "direction", "both")
    return {
        "mode": "all",
        "selector": pods.selector(client),
        "direction": {"upstream": "to", "downstream": "from", "both": "both"}[direction],
        "target": {"mode": "all", "selector": pods.selector(server)},
        "duration": f"{max(1, round(step.lasting_seconds * 1000))}ms",
    }


def _refuse_choice(step: Step) -> None:
    """Packets have no connection that could be chosen."""
    chosen = [name for name in ("scope", "connections", "share") if name in to_dict(step.fault)]
    if chosen:
        raise CannotExpress(
            f"it chooses connections ({', '.join(chosen)}), Chaos Mesh hits packets"
        )


def _why_not(step: Step) -> str:
    if step.label in NOT_BY_PACKETS:
        return NOT_BY_PACKETS[step.label]
    return BY_FAMILY.get(step.label.partition(".")[0], "Chaos Mesh has no such fault")


NOT_BY_PACKETS = {
    "network.bandwidth": "it limits each connection, Chaos Mesh all packets of a pod together",
    "app.pause": "Chaos Mesh stops no process; pod-failure replaces the container",
    "database.pause": "Chaos Mesh stops no process; pod-failure replaces the container",
    "database.restart": "how a pod's server stops is a matter of its image",
}

BY_FAMILY = {
    "network": "it acts on connections, Chaos Mesh on packets",
    "wire": "it acts on messages of PostgreSQL",
    "upstream": "it acts on requests that reach Squall's stand-in",
    "database": "it acts through SQL or on a cluster of PostgreSQL",
    "client": "it acts on Squall's own load",
    "redis": "it acts on a Redis server, whose pods Squall does not know",
    "worker": "it acts on workers of the app, whose pods Squall does not know",
}


def _name(scenario: str, number: int) -> str:
    """A name that Kubernetes takes."""
    end = f"-{number}"
    plain = re.sub(r"[^a-z0-9]+", "-", scenario.lower()).strip("-") or "scenario"
    return plain[: MAX_NAME - len(end)].rstrip("-") + end
