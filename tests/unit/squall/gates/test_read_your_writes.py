"""A write that was acknowledged is found at once, unless a failover was allowed to lose it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.read_your_writes import ReadYourWrites
from squall.history.op import FIRST_READ_BACK

NAME = "read-your-writes"
GRANTED = ReadYourWrites(allow_lost_during=True)


def read_back(make: Any, done: float, status: int) -> list[Any]:
    """A write that was answered at this time, and the read of it; a fault lasts from 1 s to 2 s."""
    number = int(done * 1000)
    reads = make.op(FIRST_READ_BACK + number, at=done, status=status)
    return [make.write(number, at=done - 0.1, done=done), reads]


def test_what_is_found_or_unavailable_passes(evidence: Any, make: Any, told: Any) -> None:
    ops = [*read_back(make, 0.5, 200), *read_back(make, 1.5, 503)]
    found = ReadYourWrites().judge(evidence(ops))
    assert found == told.passed(
        NAME, "2 acknowledged writes were read back", read_back=2, missing=0
    )


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_found_fails(evidence: Any, make: Any, told: Any, status: int) -> None:
    ops = [*read_back(make, 0.5, 200), *read_back(make, 1.5, status)]
    reason = "1 of 2 acknowledged writes were not found at once"
    found = ReadYourWrites().judge(evidence(ops))
    shown = (FIRST_READ_BACK + 1500,)
    assert found == told.failed(NAME, reason, shown, read_back=2, missing=1)


def test_what_a_failover_may_lose_may_be_missing(evidence: Any, make: Any, told: Any) -> None:
    ops = [*read_back(make, 0.5, 200), *read_back(make, 1.5, 404)]
    reason = "2 acknowledged writes were read back, 1 of them lost in the outage, as is allowed"
    assert GRANTED.judge(evidence(ops)) == told.passed(NAME, reason, read_back=2, missing=1)


@pytest.mark.parametrize("done", [0.9, 2.0], ids=["before-the-fault", "after-the-heal"])
def test_what_was_acknowledged_without_a_fault_must_be_found(
    evidence: Any, make: Any, told: Any, done: float
) -> None:
    ops = [*read_back(make, done, 404), *read_back(make, 1.5, 404)]
    reason = "1 of 2 acknowledged writes were not found at once"
    shown = (FIRST_READ_BACK + int(done * 1000),)
    found = GRANTED.judge(evidence(ops))
    assert found == told.failed(NAME, reason, shown, read_back=2, missing=2)


def test_a_read_of_a_write_that_is_not_there_is_not_excused(evidence: Any, make: Any) -> None:
    orphan = read_back(make, 1.5, 404)[1:]
    assert GRANTED.judge(evidence(orphan)).verdict == "fail"


def test_without_reads_nothing_is_judged(evidence: Any, make: Any, told: Any) -> None:
    found = ReadYourWrites().judge(evidence([make.write(1)]))
    assert found == told.not_judged(NAME, "no write was read back")
