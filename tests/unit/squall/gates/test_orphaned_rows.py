"""Rows that were committed without what they belong to."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import CommitsRead, FamilyCommitted, RowsOrphaned
from squall.gates.one_effect import ORPHANED, OneEffect


def family(number: int) -> FamilyCommitted:
    at = number / 100
    return FamilyCommitted(
        at=at, parent="invoices.id", answered=str(number), commits={"lines.invoice": [at]}, alike={}
    )


def judged(evidence: Any, make: Any, at: float, calm: int = 10) -> Any:
    orphans = RowsOrphaned(at=at, column="lines.invoice", parent="invoices.id", commits=[at, at])
    happened = [*make.outage(), *map(family, range(calm)), orphans]
    ops = [make.write(number) for number in range(10)]
    return OneEffect().judge(evidence(ops, [*happened, CommitsRead(at=9.0, transactions=1)]))


def test_lines_of_an_invoice_that_was_rolled_back(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, 1.5)
    assert (found.verdict, found.code) == ("fail", ORPHANED)
    assert (
        "2 new rows of lines.invoice belong to a row of invoices.id that was never" in found.reason
    )


@pytest.mark.parametrize(("at", "calm"), [(0.5, 10), (1.5, 3)])
def test_rows_that_have_no_parent_without_the_fault_or_are_not_known(
    evidence: Any, make: Any, at: float, calm: int
) -> None:
    assert judged(evidence, make, at, calm).verdict != "fail"
