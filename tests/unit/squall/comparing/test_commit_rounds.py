"""The order of runs, what ends a comparison, and what does not count, on the virtual clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from squall.comparing.anytime_test import Decision
from squall.comparing.commit_labs import load_notes, measured
from squall.comparing.commit_rounds import Arm, CommitRounds, Limits, Measured, pair_orders
from squall.comparing.run_figures import ERRORS, P95, RECOVERY, figures_of
from squall.core.clock import VirtualClock
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.verdict import Finding
from squall.runner.result import LabFailure
from squall.scenario.model import Load, Scenario
from squall.scenario.selection import Skipped

A, B = Arm.AGAINST, Arm.HERE
SECONDS = 2.0
SAME = {"recovery": 300.0, "errors": 0.2, "p95": 40.0}
SLOWER = {**SAME, "recovery": 400.0}


def outage(name: str) -> Scenario:
    return Scenario(name=name, story="It rains.", steps=())


class Labs:
    """Runs that take two seconds each and give what the test says."""

    def __init__(self, here: Callable[[str], Measured]) -> None:
        self.clock = VirtualClock()
        self.ran: list[tuple[str, Arm, int]] = []
        self.heard: list[str] = []
        self._here = here

    async def run(self, arm: Arm, scenario: Scenario, seed: int) -> Measured:
        self.ran.append((scenario.name, arm, seed))
        await self.clock.sleep(SECONDS)
        return Measured(figures=SAME) if arm is A else self._here(scenario.name)

    async def compare(self, *names: str, **limits: Any) -> CommitRounds:
        made = CommitRounds(
            [outage(name) for name in names], Limits(**limits), seed=5, clock=self.clock
        )
        await made.run(self.run, lambda one, _pair: self.heard.append(one.name))
        return made


def test_rounds_are_abba_or_baab_by_a_coin_of_the_seed() -> None:
    rounds = [pair_orders(5, "cut", number) for number in range(200)]
    assert Counter(rounds).keys() == {((A, B), (B, A)), ((B, A), (A, B))}
    assert 70 < Counter(rounds)[(A, B), (B, A)] < 130
    assert rounds == [pair_orders(5, "cut", number) for number in range(200)]
    assert rounds != [pair_orders(6, "cut", number) for number in range(200)]


async def test_both_runs_of_a_pair_have_one_seed_and_each_pair_another() -> None:
    labs = Labs(lambda _name: Measured(figures=SAME))
    await labs.compare("cut", rounds=3)
    pairs = [labs.ran[place : place + 2] for place in range(0, len(labs.ran), 2)]
    assert [{seed for _, _, seed in pair} for pair in pairs] == [{5 + n} for n in range(6)]
    assert all({arm for _, arm, _ in pair} == {A, B} for pair in pairs)


async def test_an_outage_that_is_decided_is_not_run_again() -> None:
    labs = Labs(lambda name: Measured(figures=SLOWER if name == "cut" else SAME))
    made = await labs.compare("cut", "lost", rounds=40)
    cut, lost = made.outages
    assert cut.decided
    assert lost.decided
    assert cut.tests["recovery"].decision is Decision.WORSE
    assert {test.decision for test in lost.tests.values()} == {Decision.SAME}
    assert len(cut.pairs) < 20
    assert len(labs.ran) == 2 * (len(cut.pairs) + len(lost.pairs))


async def test_no_pair_starts_that_would_end_after_the_budget() -> None:
    labs = Labs(lambda _name: Measured(figures=SAME))
    made = await labs.compare("cut", seconds=19.0)
    assert made.seconds == 16.0
    assert not made.outages[0].decided
    assert len(labs.ran) == 8


async def test_rounds_are_bounded() -> None:
    labs = Labs(lambda _name: Measured(figures=SAME))
    await labs.compare("cut", "lost", rounds=2)
    assert Counter(name for name, _, _ in labs.ran) == {"cut": 8, "lost": 8}


async def test_pairs_that_prove_nothing_do_not_count_and_end_the_outage() -> None:
    labs = Labs(lambda name: Measured(void="no bite" * (name == "cut"), figures=SAME))
    cut, lost = (await labs.compare("cut", "lost", rounds=5)).outages
    assert cut.given_up == "3 pairs in a row prove nothing: no bite"
    assert (cut.pairs, cut.voids) == ([], 3)
    assert not cut.decided
    assert len(lost.pairs) == 10


async def test_an_outage_that_cannot_be_run_here_is_skipped_at_once() -> None:
    labs = Labs(lambda _name: Measured(void="no writes", skipped=True))
    (cut,) = (await labs.compare("cut")).outages
    assert (cut.skipped, cut.given_up, len(labs.heard)) == (True, "no writes", 1)


async def test_a_figure_that_is_never_measured_is_left_out() -> None:
    figures = {name: value for name, value in SAME.items() if name != "p95"}
    labs = Labs(lambda _name: Measured(figures=figures))
    (cut,) = (await labs.compare("cut", rounds=40)).outages
    assert cut.decisions == [Decision.SAME, Decision.SAME]
    assert cut.decided


def test_times_are_compared_as_ratios_and_shares_as_they_are() -> None:
    assert RECOVERY.difference(300, 300) == 0
    assert RECOVERY.difference(float("inf"), float("inf")) == 0
    assert RECOVERY.difference(300, float("inf")) == float("inf")
    assert RECOVERY.in_units(RECOVERY.difference(300, 360), 300) == pytest.approx(60)
    assert P95.difference(2, 4) < P95.difference(200, 400)
    assert ERRORS.difference(0.25, 0.5) == 0.25
    assert (ERRORS.margin(0.2), round(P95.margin(0.2), 3)) == (0.05, 0.182)


def found(recovery: Finding | None, make: Any, run: Any) -> Any:
    ops = [make.refusal(n) if 100 <= n < 150 else make.op(n) for n in range(300)]
    return run(ops=ops, findings=() if recovery is None else (recovery,))


@pytest.mark.parametrize(
    ("finding", "recovery"),
    [
        (passed("recovery-time", "", {"recovery_ms": 250.0}), 250.0),
        (failed("recovery-time", "", {"recovery_ms": 900.0}, code="recovered-late"), 900.0),
        (failed("recovery-time", "", {}, code="not-recovered"), float("inf")),
        (inconclusive("recovery-time", "too few"), None),
        (None, None),
    ],
)
def test_a_run_gives_the_figures_that_it_has(
    finding: Finding | None, recovery: float | None, make: Any, run: Any
) -> None:
    given = figures_of(found(finding, make, run))
    assert given.get("recovery") == recovery
    assert given["errors"] == 0.25
    assert given["p95"] > 0


def test_only_a_run_that_proves_something_counts(make: Any, run: Any) -> None:
    whole = found(passed("recovery-time", "", {"recovery_ms": 0.0}), make, run)
    rate = whole.scenario.load.rate_per_second
    assert measured(whole, rate).void == ""
    assert measured(whole, rate).figures["errors"] == 0.25
    vacuous = replace(whole, findings=(inconclusive("faults-bit", "no bite"),))
    assert measured(vacuous, rate).void != ""
    slower = replace(whole, scenario=replace(whole.scenario, load=Load(rate_per_second=20)))
    assert measured(slower, rate).void == "it ran at 20 requests per second, not at 80"
    lost = LabFailure(scenario=whole.scenario, reason="PostgreSQL ended\n  look")
    assert measured(lost, rate).void == "its lab failed: PostgreSQL ended"
    assert measured(Skipped(scenario=whole.scenario, reason="no writes"), rate).skipped


def test_loads_that_differ_are_named() -> None:
    same = frozenset({"GET /a"})
    assert load_notes({A: same, B: same}) == []
    assert load_notes({A: same | {"GET /old"}, B: same | {"GET /b", "GET /c"}}) == [
        "the loads differ: only this commit is asked GET /b, GET /c",
        "the loads differ: only the other commit is asked GET /old",
    ]
