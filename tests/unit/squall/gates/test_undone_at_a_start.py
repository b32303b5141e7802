"""A start of the app that overwrites what was acknowledged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FaultHealed, FaultInjected, RowChanged
from squall.gates.no_acknowledged_write_lost import UNDONE_AT_START, NoAcknowledgedWriteLost
from squall.history.shape import describe_texts, digest_of

ITEMS = range(1, 9)


def update(make: Any, item: int, stock: int) -> Any:
    sent = item / 10
    return replace(
        make.write(item), name="set-stock", sent=sent, done=sent + 0.02,
        request=f"PUT /items/{item}/stock", wanted=describe_texts(json.dumps({"stock": stock})),
    )  # fmt: skip


def stored(item: int, stock: int, at: float) -> RowChanged:
    values = {"id": digest_of(str(item)), "stock": digest_of(str(stock))}
    return RowChanged(at=at, table="items", ids={"id": str(item)}, values=values, row=f"row {item}")


def judged(
    evidence: Any, make: Any, bulk: dict[int, int], *, at: float = 2.5, fault: str = "app.crash"
) -> Any:
    """Eight items get their stock, one after the other, and then these get another one at once."""
    ops = [update(make, item, item * 100) for item in ITEMS]
    rows = [stored(item, 1, 0.01) for item in ITEMS]
    rows += [stored(item, item * 100, item / 10 + 0.01) for item in ITEMS]
    rows += [stored(item, stock, at) for item, stock in bulk.items()]
    happened = [
        FaultInjected(at=2.0, step=0, fault=fault, label=fault, effect="ends"),
        FaultHealed(at=3.0, step=0, fault=fault, bites=1, what="processes"),
        CommitsRead(at=9.0, transactions=9),
    ]
    return NoAcknowledgedWriteLost().judge(evidence(ops, [*rows, *happened]))


def test_what_a_start_counts_again_is_lost(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, {1: 9, 2: 9, 3: 9, 4: 9})
    assert (found.verdict, found.code) == ("fail", UNDONE_AT_START)
    assert "4 acknowledged changes of items.stock were overwritten when the app" in found.reason


@pytest.mark.parametrize(
    ("bulk", "fault"),
    [
        ({1: 9, 2: 9}, "app.crash"),  # few rows, as of an order with two lines
        ({1: 100, 2: 200, 3: 300, 4: 400}, "app.crash"),  # written again as they are
        ({1: 9, 2: 9, 3: 9, 4: 9}, "database.crash"),  # no start: a job
    ],
)
def test_what_is_not_undone_or_not_by_a_start(
    evidence: Any, make: Any, bulk: dict[int, int], fault: str
) -> None:
    assert judged(evidence, make, bulk, fault=fault).code != UNDONE_AT_START


def test_a_job_that_does_so_without_a_fault_is_usual(evidence: Any, make: Any) -> None:
    ops = [update(make, item, item * 100) for item in ITEMS]
    rows = [stored(item, 1, 0.01) for item in ITEMS]
    rows += [stored(item, item * 100, item / 10 + 0.01) for item in ITEMS]
    rows += [stored(item, stock, at) for at, stock in ((1.7, 7), (2.5, 9)) for item in ITEMS]
    happened = [
        FaultInjected(at=2.0, step=0, fault="app.crash", label="", effect="ends"),
        CommitsRead(at=9.0, transactions=9),
    ]
    found = NoAcknowledgedWriteLost().judge(evidence(ops, [*rows, *happened]))
    assert found.code != UNDONE_AT_START
