"""An app without any time-out fails every silent outage, whatever its deadline is."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.verdict import Verdict
from squall.history.evidence import Contract
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.step import Step
from squall_faults.catalogue import Effect, entry_of
from squall_faults.ports import AppControl

DEADLINES = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)
SILENT = (Effect.SILENCES, Effect.BLOCKS, Effect.FREEZES)
MOMENT_SECONDS = 0.2
"""Steps that every request can wait for, which test what is left of its time."""
FOR_GOOD = ("network.half_open",)
"""What is silent stays silent: the wait ends with the patience of the caller."""


def silences(step: Step) -> bool:
    entry = entry_of(step.fault)
    if entry.effect not in SILENT or entry.needs is AppControl or step.label in FOR_GOOD:
        return False
    return step.lasting_seconds > MOMENT_SECONDS


SILENT_OUTAGES = [one for one in stock() if any(map(silences, one.steps))]


def test_there_are_silent_outages() -> None:
    assert len(SILENT_OUTAGES) >= 10


@pytest.mark.parametrize("seconds", DEADLINES)
@pytest.mark.parametrize("outage", SILENT_OUTAGES, ids=lambda one: one.name)
def test_a_request_that_waits_for_the_heal_is_late(
    evidence: Any, make: Any, outage: Scenario, seconds: float
) -> None:
    step = next(filter(silences, outage.for_app(deadline=seconds).steps))
    waited = [
        make.op(number, sent=at, intended=at, done=step.lasting_seconds)
        for number in range(20)
        if (at := number * step.lasting_seconds / 20) >= 0
    ]
    told = AnsweredInTime().judge(evidence(waited, contract=Contract(deadline_seconds=seconds)))
    assert told.verdict is Verdict.FAIL, told.reason


@pytest.mark.parametrize("seconds", DEADLINES)
def test_a_slow_network_is_as_slow_as_the_deadline_is_long(seconds: float) -> None:
    outage = next(one for one in stock() if one.name == "network-slower-than-the-deadline")
    fault: Any = outage.for_app(deadline=seconds).steps[0].fault
    assert fault.latency_ms == pytest.approx(800 * seconds, abs=1)
