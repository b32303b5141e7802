"""What a run leaves behind: a lab for the next outage, or one that can prove nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core import events
from squall.gates.registry import standard_gates, validity_gates
from squall.gates.validity.faults_bit import NEVER_BIT
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.runner.result import Run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults.fault import Fault
from squall_faults.network.refuse import Refuse
from squall_faults.network.stall import Stall
from squall_faults.wire.error_reply import ErrorReply

INJECTED = events.FaultInjected(at=1.0, step=0, fault="network.refuse", label="refuse")

OUTLASTING = {gate.name for gate in standard_gates() if gate.outlasts}


def test_some_gates_find_what_outlasts_an_outage_and_none_on_the_run_itself() -> None:
    expected = {
        "app-survived", "background-sessions-return", "connection-leaks", "resources-return",
        "health-probes", "recovery-time", "session-leftovers", "work-is-done",
    }  # fmt: skip
    assert expected == OUTLASTING
    assert not any(gate.outlasts for gate in validity_gates())


def run_of(*findings: tuple[str, Verdict], injected: bool = True, steps: bool = True) -> Run:
    evidence = Evidence(
        ops=(),
        events=(events.SteadyStateChecked(at=0.9, holds=True, reason=""), INJECTED)[: 1 + injected],
        final_state=None,
        contract=Contract(deadline_seconds=1.0),
    )
    faults = (at(0, Refuse(), lasting=1),) if steps else ()
    told = [
        Finding(gate=name, verdict=verdict, reason="", outlasts=name in OUTLASTING)
        for name, verdict in findings
    ]
    scenario = Scenario(name="cut", story="It rains.", steps=faults)
    return Run(scenario=scenario, seed=1, engine="embedded", evidence=evidence, findings=(*told,))


ILL = ("steady-state", Verdict.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("verdict", "answers", "newly"),
    [
        (Verdict.FAIL, ((0.5, 201), (1.5, 409)), True),
        (Verdict.PASS, ((0.5, 201), (1.5, 409)), False),
        (Verdict.FAIL, ((0.5, 409), (1.5, 409)), False),
        (Verdict.FAIL, ((0.5, 201), (1.5, 503)), False),
    ],
    ids=["used up", "it passed", "refused in calm, too", "an error of the server"],
)
def test_a_refusal_that_calm_did_not_have_may_come_from_what_was_used_up(
    make: Any, verdict: Verdict, answers: tuple[tuple[float, int], ...], newly: bool
) -> None:
    run = run_of(("recovery-time", verdict))
    ops = tuple(make.op(n, at=at, status=status) for n, (at, status) in enumerate(answers))
    assert replace(run, evidence=replace(run.evidence, ops=ops)).newly_refused is newly


def test_an_app_that_was_not_well_before_the_fault_proves_nothing() -> None:
    run = run_of(ILL, ("error-contract", Verdict.FAIL), injected=False)
    assert (run.unhealthy_before_fault, run.taints_lab, run.verdict) == (True, True, "inconclusive")


@pytest.mark.parametrize("changes", [{"injected": True}, {"injected": False, "steps": False}])
def test_it_is_not_called_ill_when_the_fault_came_or_none_was_meant(changes: Any) -> None:
    run = run_of(ILL, ("error-contract", Verdict.FAIL), **changes)
    assert (run.unhealthy_before_fault, run.taints_lab, run.verdict) == (False, False, "fail")


@pytest.mark.parametrize("gate", sorted(OUTLASTING))
def test_what_outlasts_an_outage_spends_the_lab(gate: str) -> None:
    assert run_of((gate, Verdict.FAIL)).taints_lab
    assert not run_of((gate, Verdict.PASS)).taints_lab
    assert not run_of((gate, Verdict.INCONCLUSIVE)).taints_lab


def test_what_outlasts_it_spends_the_lab_also_where_a_busy_machine_excuses_it() -> None:
    run = run_of(("recovery-time", Verdict.INCONCLUSIVE), ("availability", Verdict.INCONCLUSIVE))
    recovery, availability = (replace(one, excused=True) for one in run.findings)
    assert replace(run, findings=(recovery,)).taints_lab
    assert not replace(run, findings=(availability,)).taints_lab


def test_what_was_excused_stands_when_the_app_stayed_ill() -> None:
    run = run_of(("recovery-time", Verdict.INCONCLUSIVE), ("availability", Verdict.INCONCLUSIVE))
    recovery, availability = run.findings
    run = replace(run, findings=(replace(recovery, excused=True), availability)).persisted()
    assert run.verdict is Verdict.FAIL
    assert "in two labs" in run.finding("recovery-time").reason
    assert run.finding("availability").verdict is Verdict.INCONCLUSIVE


def test_what_ends_with_the_outage_does_not() -> None:
    bad = ("error-contract", "availability", "answered-in-time", "no-duplicate", "log-clean")
    assert not run_of(*((name, Verdict.FAIL) for name in bad)).taints_lab


@pytest.mark.parametrize(
    ("fault", "bites", "others", "by_chance"),
    [
        (Stall(share=0.3), 0, (), True),
        (ErrorReply(sqlstate="53100", statement="insert"), 0, (), True),
        (Stall(), 0, (), False),
        (Stall(share=0.3), 0, ("error-contract",), False),
        (Stall(share=0.3), 5, (), False),
    ],
    ids=["a share of few", "some statements", "all of them", "something failed, too", "it hit"],
)
def test_what_hits_some_and_hit_nothing_missed_by_chance(
    fault: Fault, bites: int, others: tuple[str, ...], by_chance: bool
) -> None:
    healed = events.FaultHealed(at=2, step=0, fault="network.stall", bites=bites, what="bytes held")
    run = run_of(*((name, Verdict.FAIL) for name in others))
    missed = Finding(
        gate="faults-bit", verdict=Verdict.INCONCLUSIVE, reason="", code=NEVER_BIT
    )  # fmt: skip
    run = replace(
        run,
        scenario=replace(run.scenario, steps=(at(0, fault, lasting=1),)),
        evidence=replace(run.evidence, events=(*run.evidence.events, healed)),
        findings=(*run.findings, *([] if bites else [missed])),
    )
    assert run.missed_by_chance is by_chance
