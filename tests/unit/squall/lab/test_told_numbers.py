"""Numbers of answers, and what the rows had that they name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.history.op import Op, Outcome
from squall.history.shape import describe_body, describe_numbers
from squall.lab.told_numbers import find_told
from squall.lab.wal import RowChange

TIMES = {1: 1.0, 2: 1.1, 3: 1.15, 9: 9.0}


def post(answer: Any, path: str = "/orders", **changes: Any) -> Op:
    text = json.dumps(answer)
    fields: dict[str, Any] = {
        "id": 5, "name": "order", "effect": "write", "key": None, "intended": 1.0, "sent": 1.0,
        "done": 1.2, "outcome": Outcome.APPLIED, "status": 201, "error": None, "body": "",
        "content_type": "application/json", "retry_after": None, "request": f"POST {path}",
        "shape": describe_body(text, "application/json"), "told": describe_numbers(text),
    }  # fmt: skip
    return Op(**{**fields, **changes})


def row(kind: str = "insert", transaction: int = 1, table: str = "orders", **new: Any) -> RowChange:
    values = {name: None if value is None else str(value) for name, value in new.items()}
    return RowChange(table, kind, {}, values, transaction)


def found(op: Op, *rows: RowChange) -> list[tuple[str, str, bool]]:
    return [(one.field, one.column, one.stored) for one in find_told(rows, TIMES, [op])]


def test_a_number_of_an_answer_is_that_of_the_row_which_it_names() -> None:
    answer = {"id": 7, "total": 240, "note": "x", "paid": True}
    own = "orders.total, by id"
    assert found(post(answer), row(id=7, total=240)) == [("total", own, True)]
    assert found(post(answer), row(id=7, total=120)) == [("total", own, False)]
    assert found(post({"order": answer}), row(id=7, total=1)) == [("order.total", own, False)]


@pytest.mark.parametrize(("told", "had"), [(0.1 + 0.2, "0.30"), (5, "5.00"), (1e3, "1000")])
def test_a_price_is_compared_as_a_price(told: float, had: str) -> None:
    assert found(post({"id": 7, "sum": told}), row(id=7, sum=had))[0][2]


def test_a_row_that_the_path_names_had_what_it_had_before_and_later() -> None:
    op = post({"balance": 90}, "/accounts/3/payments", sent=1.12)
    rows = [row("update", 1, "accounts", id=3, balance=90), row("update", 3, "accounts", id=3,
                                                                balance=80)]  # fmt: skip
    own = ("balance", "accounts.balance, by id")
    assert found(op, *rows) == [], "what it had at first is not known"
    rows[0] = row("insert", 1, "accounts", id=3, balance=90)
    assert found(op, *rows) == [(*own, True)]
    rows[0] = row("insert", 1, "accounts", id=3, balance=70)
    assert found(op, *rows) == [(*own, False)]


@pytest.mark.parametrize(
    ("op", "one"),
    [
        (post({"id": 7, "total": 240}), row(id=8, total=240)),
        (post({"id": 7, "total": 240}), row(id=7, sum=240)),
        (post({"id": 7, "total": 240}), row(id=7, total=None)),
        (post({"id": 7, "total": 240}), row(transaction=9, id=7, total=240)),
        (post({"id": 7, "total": 240}, status=503), row(id=7, total=240)),
        (post({"id": 7, "total": 240}, effect="read"), row(id=7, total=240)),
        (post({"id": 7, "total": 240}), row("delete", id=7, total=240)),
    ],
    ids=["another row", "no such column", "null", "later", "refused", "a read", "deleted"],
)
def test_nothing_is_said_of_others(op: Op, one: RowChange) -> None:
    assert not [each for each in found(op, one) if each[2] or one.new["id"] != "7"]


def test_identities_and_what_is_no_number_are_left_out() -> None:
    assert describe_numbers('{"id": 1, "user_id": 2, "open": true, "name": "5"}') == ""
    assert describe_numbers("[1]") == describe_numbers("no") == ""
    assert set(json.loads(describe_numbers('{"a": 1, "b": {"c": 2, "d": {"e": 3}}}'))) == {
        "a", "b.c",
    }  # fmt: skip
