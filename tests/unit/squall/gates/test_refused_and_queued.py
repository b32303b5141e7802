"""Refused writes that stayed in a queue, and were done after the outage."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import (
    BackendsSampled,
    CommitsRead,
    FaultHealed,
    FaultInjected,
    RowStoredLate,
)
from squall.gates.refused_write_absent import QUEUED, RefusedWriteAbsent


def judged(evidence: Any, make: Any, stored: int, *, effect: str = "blocks") -> Any:
    ops = [make.refusal(120 + number, effect="write") for number in range(20)]
    happened = [
        FaultInjected(at=1.0, step=0, fault="database.lock_table", label="", effect=effect),
        FaultHealed(at=2.0, step=0, fault="database.lock_table", bites=1, what="locks"),
        BackendsSampled(at=1.5, total=4, active=4, idle=0, idle_in_transaction=0),
        *(RowStoredLate(at=3.0, op=op.id, table="entries") for op in ops[:stored]),
        CommitsRead(at=9.0, transactions=9),
    ]
    return RefusedWriteAbsent().judge(evidence(ops, happened))


def test_more_than_its_sessions_had_sent(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, 9)
    assert (found.verdict, found.code) == ("fail", QUEUED)
    assert found.reason.startswith("9 refused writes were stored when they had been refused")


@pytest.mark.parametrize(("stored", "effect"), [(4, "blocks"), (9, "silences"), (0, "blocks")])
def test_what_may_have_been_sent_before_the_refusal(
    evidence: Any, make: Any, stored: int, effect: str
) -> None:
    assert judged(evidence, make, stored, effect=effect).code != QUEUED
