"""What a run leaves behind: a lab for the next outage, or one that can prove nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from faults.network.refuse import Refuse
from harness.checkers.verdict import Finding, Verdict
from harness.core import events
from harness.history.evidence import Contract, Evidence
from harness.scenario.model import Scenario, at
from harness.scenario.outcome import OUTLASTING, Run

INJECTED = events.FaultInjected(at=1.0, step=0, fault="network.refuse", label="refuse")


def run_of(*findings: tuple[str, Verdict], injected: bool = True, steps: bool = True) -> Run:
    evidence = Evidence(
        ops=(),
        events=(events.SteadyStateChecked(at=0.9, holds=True, reason=""), INJECTED)[: 1 + injected],
        truth=None,
        contract=Contract(deadline_seconds=1.0),
    )
    faults = (at(0, Refuse(), lasting=1),) if steps else ()
    told = [Finding(checker=name, verdict=verdict, reason="") for name, verdict in findings]
    scenario = Scenario(name="cut", story="It rains.", steps=faults)
    return Run(scenario=scenario, seed=1, engine="embedded", evidence=evidence, findings=(*told,))


ILL = ("steady-state", Verdict.INCONCLUSIVE)


def test_an_app_that_was_not_well_before_the_fault_proves_nothing() -> None:
    run = run_of(ILL, ("error-contract", Verdict.FAIL), injected=False)
    assert (run.ill_before, run.spends_its_lab, run.verdict) == (True, True, "inconclusive")


@pytest.mark.parametrize("changes", [{"injected": True}, {"injected": False, "steps": False}])
def test_it_is_not_called_ill_when_the_fault_came_or_none_was_meant(changes: Any) -> None:
    run = run_of(ILL, ("error-contract", Verdict.FAIL), **changes)
    assert (run.ill_before, run.spends_its_lab, run.verdict) == (False, False, "fail")


@pytest.mark.parametrize("checker", sorted(OUTLASTING))
def test_what_outlasts_an_outage_spends_the_lab(checker: str) -> None:
    assert run_of((checker, Verdict.FAIL)).spends_its_lab
    assert not run_of((checker, Verdict.PASS)).spends_its_lab
    assert not run_of((checker, Verdict.INCONCLUSIVE)).spends_its_lab


def test_what_ends_with_the_outage_does_not() -> None:
    bad = ("error-contract", "availability", "answered-in-time", "no-duplicate", "log-clean")
    assert not run_of(*((name, Verdict.FAIL) for name in bad)).spends_its_lab
