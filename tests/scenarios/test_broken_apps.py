"""One broken app per defect: the gate that is meant for it fails, by name."""

from __future__ import annotations

import dataclasses
import re

import pytest
from squall import REFERENCE, LabOptions, Scenario, SyncLab, at, stock
from squall.errors import LabError
from squall_faults import Latency
from squall_proof.mutants import mutant_gallery as mutants
from squall_proof.patterns import pattern_gallery as patterns

pytestmark = pytest.mark.scenario

MUTANTS = {each.name: each for each in mutants.gallery()}
STRICT = {each.name: each.strict() for each in stock()}
"""What should hold must hold for copies of the reference app, which keeps all of it."""
NO_POOL = {each.name: each for each in patterns.GALLERY}["per_request_connect"]


@pytest.mark.parametrize(
    ("defect", "outage", "gate"),
    [
        ("no_retries", "serialization-failures", "availability"),
        ("no_timeouts", "silent-network", "answered-in-time"),
        ("leaks_on_error", "statements-cancelled", "connection-leaks"),
        ("acks_before_commit", "commit-lost-in-transit", "no-acknowledged-write-lost"),
        ("status_500", "silent-network", "error-contract"),
    ],
)
def test_a_defect_is_caught_by_its_checker(defect: str, outage: str, gate: str) -> None:
    target = f"tests.broken_apps.{defect}:create_app"
    held = SyncLab(LabOptions(profile=REFERENCE.with_target(target, factory=True), seed=2))
    try:
        run = held.run(STRICT[outage])
    finally:
        held.close()
    assert run.finding(gate).verdict == "fail", run.findings


def mutant(name: str) -> SyncLab:
    return SyncLab(LabOptions(profile=MUTANTS[name].profile(), seed=5))


def test_what_one_outage_did_to_the_app_the_next_is_not_blamed_for() -> None:
    held = mutant("circuit_stays_open")
    try:
        assert held.run("connection-refused").finding("recovery-time").verdict == "fail"
        assert held.run("slow-network").passed
    finally:
        held.close()


def test_an_app_that_does_not_start_in_an_outage_comes_back_and_is_told_of() -> None:
    held = mutant("needs_the_database_to_start")
    try:
        run = held.run("app-restarts-in-an-outage")
        after = held.run("app-crash")
    finally:
        held.close()
    survived = run.finding("app-survived")
    assert (survived.verdict, run.finding("faults-bit").verdict) == ("fail", "pass")
    assert re.fullmatch(
        r"the app's process ended with exit code 3 (when|each of the \d times) it was restarted",
        survived.reason,
    )
    assert "outage ended the app itself" in run.diagnosis.reason
    assert after.passed, after.findings


def test_every_database_fault_bites_an_app_that_connects_for_each_request() -> None:
    held = SyncLab(LabOptions(profile=NO_POOL.profile(), seed=6))
    try:
        bitten = {
            name: held.run(name).finding("faults-bit")
            for name in ("database-fast-restart", "database-frozen", "connection-refused",
                         "too-many-connections", "half-dead-connection-after-idle",
                         "sessions-terminated")
        }  # fmt: skip
    finally:
        held.close()
    assert {name: found.verdict for name, found in bitten.items()} == dict.fromkeys(bitten, "pass")


def test_an_app_that_goes_around_the_proxy_is_not_judged() -> None:
    """It talks to the database directly: the proxy between them carries nothing."""
    target = "tests.broken_apps.bypasses_the_proxy:create_app"
    held = SyncLab(LabOptions(profile=REFERENCE.with_target(target, factory=True), seed=3))
    try:
        with pytest.raises(LabError, match="nothing that can be requested touches the database"):
            held.run("slow-network")
    finally:
        held.close()


def test_a_scenario_without_a_steady_state_is_inconclusive() -> None:
    scenario = Scenario(
        name="thin", story="too few", steps=(at(0, Latency(latency_ms=5), lasting=0),)
    )
    thin = dataclasses.replace(scenario, before_seconds=0.05, after_seconds=0.05)
    held = SyncLab(LabOptions(profile=REFERENCE, seed=4))
    try:
        run = held.run(thin)
    finally:
        held.close()
    assert run.verdict == "inconclusive"
    assert run.finding("steady-state").verdict == "inconclusive"
