"""Who is tried under what: mutants under their outages, the reference app under all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from squall.gates.verdict import Verdict
from squall.runner.result import LabFailure
from squall.runner.suite import Suite
from squall.runner.suite_events import (
    LabFailed,
    ScenarioSkipped,
    SuiteEvent,
    SuiteGroup,
    SuiteResult,
)
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped
from squall_proof.mutants import kill_matrix
from squall_proof.mutants.kill_matrix import MutantPlan, measure
from squall_proof.mutants.mutant_gallery import Mutant
from squall_proof.mutants.trial import TRIES, MutantCase, Trial, trial_of_failure


def mutant(name: str, *outages: str) -> Mutant:
    return Mutant(name=name, story="Story.", exposed_by=outages, caught_by=("app-survived",))


MUTANTS = (mutant("a", "silent-network"), mutant("b", "silent-network", "deadlocks"))


class FakeSuite:
    """Takes the place of the suite's run: every outage ends as ``outcome`` says."""

    def __init__(self) -> None:
        self.suites: list[Suite] = []
        self.outcome: Callable[[SuiteGroup, Scenario], Sequence[SuiteEvent]] = no_start

    async def run(self, suite: Suite) -> SuiteResult:
        self.suites.append(suite)
        for group in suite.groups:
            for scenario in group.scenarios:
                for event in self.outcome(group, scenario):
                    for listener in suite.listeners:
                        assert listener(event) is None
        return SuiteResult()

    @property
    def asked(self) -> list[tuple[str, tuple[str, ...], int, int]]:
        (suite,) = self.suites
        return [
            (
                group.options.profile.app.partition(":")[0].rpartition(".")[2],
                tuple(sorted(outage.name for outage in group.scenarios)),
                group.options.seed,
                group.max_labs,
            )
            for group in suite.groups
        ]


def failed(group: SuiteGroup, scenario: Scenario, *, app: bool, again: bool = False) -> SuiteEvent:
    failure = LabFailure(scenario=scenario, reason="no", app_failed=app, again=again)
    return LabFailed(at=0.0, group=group, failure=failure)


def no_start(group: SuiteGroup, scenario: Scenario) -> list[SuiteEvent]:
    """Every mutant dies at its start, the reference app does not."""
    return [failed(group, scenario, app="mutants" in group.options.profile.app)]


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> FakeSuite:
    fake = FakeSuite()

    async def run(self: Suite) -> SuiteResult:
        return await fake.run(self)

    monkeypatch.setattr(Suite, "run", run)
    return fake


async def test_the_reference_goes_through_all_outages_in_all_labs(suite: FakeSuite) -> None:
    heard: list[MutantCase] = []
    found = await measure(MutantPlan(mutants=MUTANTS, seed=9, jobs=2, on_case=heard.append))
    assert suite.asked == [
        ("main", ("deadlocks", "silent-network"), 9, 2),
        ("b", ("deadlocks", "silent-network"), 9, 1),
        ("a", ("silent-network",), 9, 1),
    ]
    assert [case.verdict for case in found.cases] == [
        Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.PASS,
    ]  # fmt: skip
    assert [case.name for case in heard] == ["reference", "b", "a"]
    assert suite.suites[0].jobs == 2


async def test_survivors_run_the_rest_of_the_library_and_any_gate_counts(suite: FakeSuite) -> None:
    def die_late(group: SuiteGroup, scenario: Scenario) -> list[SuiteEvent]:
        return [failed(group, scenario, app=scenario.name == "known-outage")]

    suite.outcome = die_late
    plan = MutantPlan(mutants=MUTANTS[:1], seed=9, jobs=2, reference=False, whole=True)
    (case,) = (await measure(plan)).cases
    _, rest = suite.suites
    (group,) = rest.groups
    assert "silent-network" not in {outage.name for outage in group.scenarios}
    assert len(group.scenarios) > 50
    assert case.killers == {"app-survived"}


async def test_repeats_draw_other_seeds_and_the_reference_can_be_left_out(
    suite: FakeSuite,
) -> None:
    found = await measure(MutantPlan(mutants=MUTANTS[:1], seed=9, repeats=3, reference=False))
    assert [seed for _, _, seed, _ in suite.asked] == [9, 1009, 2009]
    assert [case.name for case in found.cases] == ["a", "a", "a"]


async def test_what_proved_nothing_is_repeated_alone_at_the_end_with_other_seeds(
    suite: FakeSuite,
) -> None:
    await measure(MutantPlan(mutants=MUTANTS, seed=9))
    policy = suite.suites[0].policy
    assert (policy.tries, policy.labs_per_scenario) == (TRIES, TRIES)
    assert policy.repeat_alone
    assert policy.repeat_seed_step == 1
    assert policy.max_failed_labs is None


async def test_a_mutant_whose_own_gate_was_excused_is_tried_again_alone(
    suite: FakeSuite, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Trial(
        outage="silent-network", verdict=Verdict.FAIL, failed=frozenset({"log-clean"}),
        excused=frozenset({"app-survived"}),
    )  # fmt: skip
    first = iter([busy])

    def starved_once(failure: LabFailure, seed: int) -> Trial:
        return next(first, None) or trial_of_failure(failure, seed)

    monkeypatch.setattr(kill_matrix, "trial_of_failure", starved_once)
    found = await measure(MutantPlan(mutants=MUTANTS[:1], seed=9, jobs=2, reference=False))
    assert [suite.jobs for suite in suite.suites] == [2, 1]
    assert [case.verdict for case in found.cases] == [Verdict.PASS]


async def test_a_lab_that_failed_and_is_replaced_is_no_case(suite: FakeSuite) -> None:
    def twice(group: SuiteGroup, scenario: Scenario) -> list[SuiteEvent]:
        return [
            failed(group, scenario, app=False, again=True),
            failed(group, scenario, app=True),
        ]

    suite.outcome = twice
    heard: list[MutantCase] = []
    await measure(MutantPlan(mutants=MUTANTS[:1], seed=9, reference=False, on_case=heard.append))
    assert [(case.name, case.verdict) for case in heard] == [("a", Verdict.PASS)]


async def test_what_a_lab_cannot_do_is_unclear(suite: FakeSuite) -> None:
    def skip(group: SuiteGroup, scenario: Scenario) -> list[SuiteEvent]:
        left = Skipped(scenario=scenario, reason="no standby")
        return [ScenarioSkipped(at=0.0, skipped=left, group=group)]

    suite.outcome = skip
    found = await measure(MutantPlan(mutants=MUTANTS[:1], seed=9, reference=False))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.cases[0].trials[0].reasons == ("no standby",)
