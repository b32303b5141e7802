"""What a run leaves behind: a lab for the next outage, or one that can prove nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core import events
from squall.gates.registry import standard_gates, validity_gates
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.runner.result import Run
from squall.scenario.model import Scenario, at
from squall_faults.network.refuse import Refuse

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


def test_what_ends_with_the_outage_does_not() -> None:
    bad = ("error-contract", "availability", "answered-in-time", "no-duplicate", "log-clean")
    assert not run_of(*((name, Verdict.FAIL) for name in bad)).taints_lab
