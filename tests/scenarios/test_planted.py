"""Mistakes planted in a shop, with nothing declared but a login and a liveness probe."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall import AppProfile, LabOptions, Run, SyncLab
from squall.config.profile import DEFAULT_CONTRACT

from tests.planted.shop import TOKEN

pytestmark = [pytest.mark.scenario, pytest.mark.proof]

CANCELLED = "any-statement-cancelled"
AWAY = "load-balancer-without-backends"
PLANTED = [
    ("cut_export", CANCELLED, "answer-unlike-calm"),
    ("first_page", CANCELLED, "answer-unlike-calm"),
    ("forgets_reports", CANCELLED, "work-is-done"),
    ("refuses_after_commit", CANCELLED, "refused-write-absent"),
    ("best_effort_event", CANCELLED, "one-effect"),
    ("loses_connections", CANCELLED, "log-clean"),
    ("retry_after_in_milliseconds", AWAY, "error-contract"),
    ("logs_the_token", AWAY, "no-secret-disclosed"),
    ("time_out_of_the_client", "silent-network", "error-contract"),
    ("sleeps_in_the_loop", CANCELLED, "health-probes"),
    ("keeps_the_lock", CANCELLED, "recovery-time"),
    ("usual_price", CANCELLED, "answer-unlike-calm"),
    ("shows_what_was_refused", CANCELLED, "answer-unlike-calm"),
]


def run_of(app: str, outage: str) -> Run:
    profile = AppProfile(
        name="planted", app=app, factory=True, headers={"Authorization": TOKEN}, writes=True,
        live="/livez", contract=replace(DEFAULT_CONTRACT),
    )  # fmt: skip
    held = SyncLab(LabOptions(profile=profile, seed=11))
    try:
        return held.run(outage)
    finally:
        held.close()


@pytest.mark.parametrize(("name", "outage", "gate"), PLANTED)
def test_a_planted_mistake_fails_its_gate(name: str, outage: str, gate: str) -> None:
    run = run_of(f"tests.planted.defects:{name}", outage)
    assert run.finding(gate).verdict == "fail", run.findings


@pytest.mark.parametrize("outage", sorted({outage for _, outage, _ in PLANTED}))
def test_the_shop_without_them_passes(outage: str) -> None:
    run = run_of("tests.planted.shop:sound", outage)
    assert run.verdict != "fail", run.diagnosis.reason
