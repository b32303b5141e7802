"""One broken app per defect: the checker that is meant for it fails, by name."""

from __future__ import annotations

import dataclasses

import pytest

from faults import Latency
from harness import REFERENCE, HeldLab, LabOptions, Scenario, at

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize(
    ("defect", "outage", "checker"),
    [
        ("no_retries", "serialization-failures", "availability"),
        ("no_timeouts", "silent-network", "answered-in-time"),
        ("leaks_on_error", "statements-cancelled", "connection-leaks"),
        ("acks_before_commit", "commit-lost-on-its-way", "no-acknowledged-write-lost"),
        ("status_500", "silent-network", "error-contract"),
    ],
)
def test_a_defect_is_caught_by_its_checker(defect: str, outage: str, checker: str) -> None:
    target = f"tests.broken_apps.{defect}:create_app"
    held = HeldLab(LabOptions(profile=REFERENCE.with_target(target, factory=True), seed=2))
    try:
        run = held.run(outage)
    finally:
        held.close()
    assert run.finding(checker).verdict == "fail", run.findings


def test_a_fault_at_a_proxy_that_nothing_uses_is_inconclusive() -> None:
    """The app talks to the database directly: the proxy between them carries nothing."""
    target = "tests.broken_apps.bypasses_the_proxy:create_app"
    held = HeldLab(LabOptions(profile=REFERENCE.with_target(target, factory=True), seed=3))
    try:
        run = held.run("slow-network")
    finally:
        held.close()
    assert run.verdict == "inconclusive"
    assert run.finding("faults-bit").reason == "never bit: network.latency (0 bytes delayed)"


def test_a_scenario_without_a_steady_state_is_inconclusive() -> None:
    scenario = Scenario(
        name="thin", story="too few", steps=(at(0, Latency(latency_ms=5), lasting=0),)
    )
    thin = dataclasses.replace(scenario, before_seconds=0.05, after_seconds=0.05)
    held = HeldLab(LabOptions(profile=REFERENCE, seed=4))
    try:
        run = held.run(thin)
    finally:
        held.close()
    assert run.verdict == "inconclusive"
    assert run.finding("steady-state").verdict == "inconclusive"
