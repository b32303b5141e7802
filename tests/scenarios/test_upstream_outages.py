"""An app with an HTTP upstream: sound it passes the upstream's outages, broken it fails a gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import squall_faults as faults
from squall import AppProfile, LabOptions, Operation, Run, Scenario, SyncLab, at, stock
from squall.config.dependencies import Dependency
from squall.config.profile import DEFAULT_CONTRACT
from squall.config.upstream_answers import DeclaredAnswer
from squall.core.events import FaultHealed, FaultInjected, UpstreamRequests
from squall.scenario.selection import for_dependencies

from tests.pairs.upstream import DEFECTS

pytestmark = pytest.mark.scenario

RATES = Dependency(
    name="rates",  # another name than that of the kind: the outages find it all the same
    kind="http",
    environment={"RATES_URL": "{url}"},
    answers=(DeclaredAnswer(path="/rates/{id}", json={"rate": 1.25, "currency": "EUR"}),),
)
DEADLINE, GRACE = 0.6, 0.1
TRIES = 3
"""What a busy machine has spoilt is done again, as ``squall check`` does."""
OUTAGES = [one.name for one in stock() if "http" in one.needs]
QUICK, LONG = 0.3, 0.85
"""Seconds of a fault: the second is more than the deadline."""
IN_TURN = (
    (faults.UpstreamStatus(status=500), QUICK),
    (faults.UpstreamStatus(status=401), QUICK),
    (faults.UpstreamReset(), QUICK),
    (faults.UpstreamReset(when="after_headers"), QUICK),
    (faults.CutBody(), QUICK),
    (faults.Malformed(form="html"), QUICK),
    (faults.SlowBody(body_ms=5_000), LONG),
    (faults.SlowAccept(delay_ms=5_000), LONG),
    (faults.WrongLength(), LONG),
)
BROKEN_UNDER = {faults.key_of(fault) for fault, _ in IN_TURN}
"""The faults that the broken app is shown to fail under, each in its time."""


def one_after_the_other() -> Scenario:
    steps, begins = [], 0.0
    for fault, lasting in IN_TURN:
        steps.append(at(begins, fault, lasting=lasting))
        begins += lasting + 0.05
    return Scenario(
        name="all-in-turn", story="All that an upstream can do.", steps=tuple(steps),
        before_seconds=1.0, after_seconds=0.6,
    )  # fmt: skip


def held(maker: str) -> SyncLab:
    profile = AppProfile(
        name=maker, app=f"tests.pairs.upstream:{maker}", factory=True, openapi="/items/1",
        operations=tuple(
            Operation(name=one, method="GET", path=f"/{one}/{{int:1..100}}", effect="read")
            for one in DEFECTS
        ),
        contract=dataclasses.replace(DEFAULT_CONTRACT, deadline_seconds=DEADLINE),
        dependencies=(RATES,),
    )  # fmt: skip
    return SyncLab(LabOptions(profile=profile, seed=4))


@pytest.fixture(scope="module")
def broken() -> Iterator[SyncLab]:
    lab = held("broken")
    yield lab
    lab.close()


def conclusive(lab: SyncLab, outage: str | Scenario) -> Run:
    for _ in range(TRIES):
        run = lab.run(outage)
        if run.verdict != "inconclusive":
            break
    return run


def test_a_sound_app_passes_each_fault_in_turn() -> None:
    lab = held("sound")
    try:
        run = conclusive(lab, one_after_the_other())
    finally:
        lab.close()
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert run.finding("upstream-retry-storm").verdict == "pass", run.findings
    assert run.passed, run.findings


def harmed(run: Run, step: int) -> bool:
    """Whether a client got a 500, no answer or a late one while this fault was in force."""
    began = next(
        e.at for e in run.evidence.events if isinstance(e, FaultInjected) and e.step == step
    )
    ended = next(e.at for e in run.evidence.events if isinstance(e, FaultHealed) and e.step == step)
    return any(
        op.status in (None, 500) or op.done - op.sent > DEADLINE + GRACE
        for op in run.evidence.awaited
        if began <= op.sent < ended
    )


def test_a_broken_app_is_harmed_by_each_fault_in_its_time(broken: SyncLab) -> None:
    """A gate that measures time judges no app that was starved, and still says what it saw."""
    run = broken.run(one_after_the_other())
    assert run.finding("faults-bit").verdict == "pass", run.findings
    assert [harmed(run, step) for step in range(len(IN_TURN))] == [True] * len(IN_TURN)
    (seen,) = [e.seen for e in run.evidence.events if isinstance(e, UpstreamRequests)]
    assert {"GET /rates/{id} 200", "GET /rates/{id} 401", "GET /rates/{id} 0"} <= set(seen)
    for gate, told in (
        ("answered-in-time", "were answered late"),
        ("error-contract", "x status 500"),
        ("answer-unlike-calm", "trusting: "),
    ):
        assert run.finding(gate).verdict != "pass", run.finding(gate)
        assert told in run.finding(gate).reason


def test_retries_without_a_bound_are_a_storm(broken: SyncLab) -> None:
    """Few requests, so that the app has the time to send all its retries."""
    outage = next(one for one in stock() if one.name == "upstream-unavailable")
    (step,) = outage.steps
    longer = dataclasses.replace(outage, steps=(dataclasses.replace(step, lasting_seconds=2.5),))
    finding = broken.run(longer.at_most(20)).finding("upstream-retry-storm")
    assert finding.verdict == "fail", finding
    assert finding.reason.startswith("rates: ")


def test_without_the_dependency_its_outages_are_left_out() -> None:
    names = {one.name for one in for_dependencies(stock(), ())}
    assert len(OUTAGES) >= 12
    assert not names & set(OUTAGES)
    assert {one.name for one in for_dependencies(stock(), {"http"})} == names | set(OUTAGES)
    assert all("upstream" in one.tags for one in stock() if one.name in OUTAGES)
