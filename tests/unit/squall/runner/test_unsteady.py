"""An app that is not healthy before the fault for a reason that another load does not have."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core import events
from squall.gates.verdict import Finding, Verdict
from squall.history.coverage import Coverage, OperationProfile
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op, Outcome
from squall.runner.result import Run
from squall.runner.unsteady import (
    EQUAL,
    MAX_EXCUSED,
    SLOW,
    UNSTEADY,
    LighterLoad,
    leave_out,
)
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall.workload.operations import Operation
from squall_faults.client.load_spike import LoadSpike
from squall_faults.network.refuse import Refuse

from tests.unit.squall.runner import suite_fakes
from tests.unit.squall.runner.suite_fakes import NOTHING, FakeRun, RunFakes, World, outage

NAMES = "abcdefgh"


def run_of(*bad: tuple[str, int | None], verdict: Verdict = Verdict.INCONCLUSIVE) -> Run:
    """Fifty good answers, and these."""
    ops = [_op(n, "a", 200) for n in range(50)]
    ops += [_op(100 + n, name, status) for n, (name, status) in enumerate(bad)]
    evidence = Evidence(
        ops=ops,
        events=(events.SteadyStateChecked(at=9.0, holds=False, reason=""),),
        final_state=None,
        contract=Contract(deadline_seconds=1.0),
    )
    scenario = Scenario(name="cut", story="It rains.", steps=(at(0, Refuse(), lasting=1),))
    found = (Finding(gate="steady-state", verdict=verdict, reason=""),)
    return Run(scenario=scenario, seed=1, engine="embedded", evidence=evidence, findings=found)


def _op(number: int, name: str, status: int | None) -> Op:
    outcome = Outcome.APPLIED if status == 200 else Outcome.UNKNOWN
    return Op(
        id=number, name=name, effect="read", key=None, intended=1.0, sent=1.0, done=1.1,
        outcome=outcome, status=status, error=None, content_type=None, retry_after=None, body="",
    )  # fmt: skip


def lab_of(**changes: Any) -> Any:
    operations = [
        Operation(name=name, method="GET", path=f"/{name}", effect="read") for name in NAMES
    ]
    operations.append(Operation(name="z", method="DELETE", path="/z", effect="write", after="b"))
    profiles = tuple(
        OperationProfile(
            operation=f"GET /{one.name}", name=one.name, effect="read",
            statements=float(one.name in changes.get("touching", NAMES)),
        )
        for one in operations
    )  # fmt: skip
    return SimpleNamespace(
        profile=replace(REFERENCE, operations=tuple(operations)),
        derived=changes.get("derived", True),
        coverage=Coverage(operations=profiles),
    )  # fmt: skip


def test_what_alone_was_answered_badly_before_the_fault_is_known() -> None:
    assert run_of(("b", 500), ("c", 403)).unsteady_operations == {
        "b": "fails without a fault, now and then: 1 x 500",
        "c": "fails without a fault, now and then: 1 x 403",
    }


@pytest.mark.parametrize("status", [None, 429, 503])
def test_an_overloaded_app_has_no_operations_that_fail_alone(status: int | None) -> None:
    assert not run_of(("b", 500), ("c", status)).unsteady_operations


def test_an_app_that_fails_without_a_fault_is_judged_as_it_is() -> None:
    assert not run_of(("b", 500), verdict=Verdict.FAIL).unsteady_operations
    assert not run_of(verdict=Verdict.FAIL).slow_before_fault


def test_only_answers_that_are_all_good_are_called_slow() -> None:
    assert run_of().slow_before_fault
    assert not run_of(("b", 500)).slow_before_fault


def test_it_is_left_out_with_what_follows_it() -> None:
    lab = lab_of()
    assert set(leave_out(lab, {"b": "why"})) == {"b", "z"}
    assert [one.name for one in lab.profile.operations] == ["a", *"cdefgh"]
    assert lab.coverage.left_out == {"GET /b": "why", "GET /z": "follows b, which is left out"}


def test_before_it_is_left_out_its_bodies_are_made_equal() -> None:
    lab = lab_of()
    lab.profile = replace(
        lab.profile,
        operations=tuple(
            replace(one, bodies=("other",), plain_bodies=("plain",)) if one.name == "b" else one
            for one in lab.profile.operations
        ),
    )
    lighter = LighterLoad()
    assert lighter.lighten(lab, run_of(("b", 409)), used=False) == EQUAL
    assert [one.bodies for one in lab.profile.operations if one.name == "b"] == [("plain",)]
    assert lighter.equal == {"b"}
    assert lighter.lighten(lab, run_of(("b", 409)), used=False) == UNSTEADY


@pytest.mark.parametrize(
    ("unsteady", "changes"),
    [("bcd", {}), ("b", {"derived": False}), ("b", {"touching": "b"}), ("y", {})],
    ids=["too many", "declared", "all that touches the database", "unknown"],
)
def test_it_stays_where_the_rest_would_prove_less(unsteady: str, changes: dict[str, Any]) -> None:
    lab = lab_of(**changes)
    assert not leave_out(lab, dict.fromkeys(unsteady, "why"))
    assert len(lab.profile.operations) == len(NAMES) + 1


async def test_a_slow_app_gets_half_of_the_load_until_it_is_as_low_as_it_can_be(
    run_fakes: RunFakes, world: World
) -> None:
    world.slow = {"b": 9}
    await run_fakes("b")
    assert world.rates == [80, 40, 20, 10, 5, 3]
    assert world.started == 1


async def test_an_app_that_the_machine_made_slow_keeps_its_load_for_the_other_outages(
    run_fakes: RunFakes, world: World
) -> None:
    world.slow, world.busy = {"a": 1}, {"a": 1}
    await run_fakes("ab")
    assert world.rates == [80, 40, 80]


def test_an_app_that_makes_its_machine_busy_each_time_gets_half_of_the_load() -> None:
    lab: Any = SimpleNamespace(derived=True, bearable_rate=80.0, coverage=Coverage())
    run: Any = FakeRun(outage("a"), True, True, True, 1, slow_before_fault=True, evidence=NOTHING)
    lighter = LighterLoad()
    told = [lighter._slow_down(lab, run) for _ in range(MAX_EXCUSED + 1)]
    assert told == ["", "", SLOW]
    assert lab.bearable_rate == 40.0


async def test_an_outage_before_may_be_why_the_app_is_slow(
    run_fakes: RunFakes, world: World
) -> None:
    world.slow = {"b": 1}
    await run_fakes("ab")
    assert world.rates == [80, 80]


async def test_a_busy_machine_gets_half_of_the_load_for_the_outage_that_it_spoilt(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy = {"b": 2}
    await run_fakes("bc")
    assert world.rates == [80, 40, 20, 80]


async def test_an_outage_of_more_load_is_repeated_once_with_as_much(
    run_fakes: RunFakes, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (at(0, LoadSpike(), lasting=1),)
    spike = Scenario(name="b", story="Many come.", steps=steps)
    monkeypatch.setattr(suite_fakes, "outage", lambda _name: spike)
    world.busy = {"b": 2}
    await run_fakes("b")
    assert world.rates == [80, 80, 40]
