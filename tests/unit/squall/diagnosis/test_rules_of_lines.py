"""Requests that wait in line, and requests that all wait for the same end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import FaultHealed, FaultInjected
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed


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
