"""Requests that wait in line, and requests that all wait for the same end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import DatabaseLoad, FaultHealed, FaultInjected
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed
from squall.history.op import FIRST_FOR_NOTHING


@pytest.mark.parametrize(
    ("step", "code"),
    [(0.8, "waits-in-line"), (0.0, "silence")],  # no limit at all: all end with the outage
)
def test_a_line_has_equal_steps(evidence: Any, make: Any, step: float, code: str) -> None:
    ops = [
        replace(
            make.refusal(110 + number), effect="write", request="PUT /documents/1",
            sent=1.1 + 0.05 * number, done=3.0 + step * number,
        )
        for number in range(8)
    ]  # fmt: skip
    happened = [
        FaultInjected(at=1.0, step=0, fault="database.lock_table", label="", effect="blocks"),
        FaultHealed(at=6.0, step=0, fault="database.lock_table", bites=1, what="locks"),
    ]
    found = diagnose(evidence([make.op(0), *ops], happened), [failed("answered-in-time", "late")])
    assert found.code == code
    assert ("the time-out is inside of a lock" in found.reason) is (code == "waits-in-line")


@pytest.mark.parametrize(("took", "code"), [(1.5, "slow-to-refuse"), (0.02, "not-recovered")])
def test_late_refusals_of_what_does_not_exist(
    evidence: Any, make: Any, took: float, code: str
) -> None:
    answers = [make.op(number) for number in range(20)]
    refused = [
        replace(
            make.refusal(120 + number), id=FIRST_FOR_NOTHING + number, status=404,
            done=make.refusal(120 + number).sent + took,
        )
        for number in range(8)
    ]  # fmt: skip
    bad = [make.refusal(260 + number) for number in range(20)]
    fault = "client.ask_for_nothing"
    happened = [
        FaultInjected(at=1.0, step=0, fault=fault, label="", effect="loads"),
        FaultHealed(at=2.0, step=0, fault=fault, bites=8, what="requests"),
    ]
    run = evidence([*answers, *refused, *bad], happened)
    assert diagnose(run, [failed("recovery-time", "not recovered")]).code == code


@pytest.mark.parametrize(
    ("made", "good", "effect", "goes_on"),
    [
        (30, True, "silences", True),
        (0, True, "silences", False),
        (30, False, "silences", False),
        (30, True, "cuts", False),
    ],
    ids=["repeated without a limit", "no limit at all", "refused at last", "a lost connection"],
)
def test_attempts_after_the_last_limit(
    evidence: Any, make: Any, made: int, good: bool, effect: str, goes_on: bool
) -> None:
    ops = [
        replace((make.op if good else make.refusal)(110 + number), done=5.5) for number in range(8)
    ]
    happened = [
        FaultInjected(at=1.0, step=0, fault="network.silence", label="", effect=effect),
        *(
            DatabaseLoad(at=at, statements=9, connections=10 + count, bytes=1)
            for at, count in ((1.1, 0), (4.0, made))
        ),
        FaultHealed(at=5.0, step=0, fault="network.silence", bites=1, what="bytes"),
    ]
    found = diagnose(evidence([make.op(0), *ops], happened), [failed("answered-in-time", "late")])
    assert (found.code == "goes-on-without-a-limit") is goes_on
