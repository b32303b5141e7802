"""Limits of time in layers, and repetition: where the inner limit does not decide, the outer one
must, and each copy of the reference app lacks one. See docs/explanation/second-set-of-mutants.md.
"""

from __future__ import annotations

import pytest
from squall import LabOptions, Run, SyncLab
from squall.config.profile import REFERENCE, AppProfile
from squall.scenario.library import stock
from squall_proof.mutants.mutant_gallery import gallery

pytestmark = [pytest.mark.scenario, pytest.mark.proof]

LATE = "answered-in-time"
MUTANTS = [
    ("a_fifth_over_the_deadline", "slow-conflicts", LATE),
    ("writes_have_no_deadline", "slow-conflicts", LATE),
    ("trusts_a_cancel", "slow-conflicts", LATE),
    ("deadline_starts_when_admitted", "slow-when-it-returns", LATE),
    ("shutdown_waits_for_the_database", "deploy-while-sessions-end-late", "ends-when-told"),
    ("one_write_at_a_time", "slow-writes", "availability"),
    ("repeats_a_wrong_password", "password-changed", "retry-storm"),
]


TRIES = 3
"""What a busy machine has spoilt is done again in a new lab, as ``squall check`` does."""


def run(profile: AppProfile, outage: str) -> Run:
    """With every limit that a sound app may miss: the reference app misses none."""
    scenario = next(one for one in stock() if one.name == outage).strict()
    for seed in range(7, 7 + TRIES):
        lab = SyncLab(LabOptions(profile=profile, seed=seed))
        try:
            done = lab.run(scenario)
        finally:
            lab.close()
        if not done.machine_was_busy:
            return done
    pytest.skip(f"the machine was busy in each of {TRIES} runs; run this test alone")


@pytest.mark.parametrize(("name", "outage", "gate"), MUTANTS)
def test_what_lacks_a_layer_is_caught(name: str, outage: str, gate: str) -> None:
    mutant = next(one for one in gallery() if one.name == name)
    done = run(mutant.profile(), outage)
    assert done.finding(gate).verdict == "fail", done.diagnosis.reason


@pytest.mark.parametrize("outage", sorted({outage for _, outage, _ in MUTANTS}))
def test_the_reference_app_has_all_of_them(outage: str) -> None:
    done = run(REFERENCE, outage)
    assert done.passed, done.diagnosis.reason


def test_a_place_that_is_kept_in_pauses_is_seen_where_no_budget_ends_them() -> None:
    """Reads are refused for writes that wait for their next attempt."""
    broken, twin = (
        run(REFERENCE.with_target(f"tests.pairs.budgetless:{app}", factory=True), "hot-row")
        for app in ("broken", "sound")
    )
    assert broken.finding("availability").verdict == "fail", broken.findings
    assert twin.finding("availability").verdict == "pass", twin.findings
