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

WITHOUT_A_BUDGET = [("repeats_shed", "overload", LATE), ("holds_places", "hot-row", "availability")]
"""Apps of tests/pairs/budgetless.py: the reference's budget of repeats hides both."""


def run(profile: AppProfile, outage: str) -> Run:
    """With every limit that a sound app may miss: the reference app misses none."""
    lab = SyncLab(LabOptions(profile=profile, seed=7))
    try:
        return lab.run(next(one for one in stock() if one.name == outage).strict())
    finally:
        lab.close()


@pytest.mark.parametrize(("name", "outage", "gate"), MUTANTS)
def test_what_lacks_a_layer_is_caught(name: str, outage: str, gate: str) -> None:
    mutant = next(one for one in gallery() if one.name == name)
    done = run(mutant.profile(), outage)
    found = done.finding(gate)
    assert found.verdict == "fail" or found.excused, done.diagnosis.reason


@pytest.mark.parametrize("outage", sorted({outage for _, outage, _ in MUTANTS}))
def test_the_reference_app_has_all_of_them(outage: str) -> None:
    done = run(REFERENCE, outage)
    assert done.passed or done.machine_was_busy, done.diagnosis.reason


@pytest.mark.parametrize(("name", "outage", "gate"), WITHOUT_A_BUDGET)
def test_what_the_budget_of_repeats_hides_is_caught_without_it(
    name: str, outage: str, gate: str
) -> None:
    found, twin = (
        run(REFERENCE.with_target(f"tests.pairs.budgetless:{app}", factory=True), outage).finding(
            gate
        )
        for app in (name, "sound")
    )
    assert found.verdict == "fail" or found.excused, found.reason
    assert twin.verdict == "pass" or twin.excused, twin.reason
