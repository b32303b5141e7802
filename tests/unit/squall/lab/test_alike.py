"""New rows that say the same, though nothing refers to them and no key of a request is in them."""

from __future__ import annotations

import re

from squall.lab.alike import find_alike
from squall.lab.wal import RowChange

TIMES = {1: 10.0, 2: 11.0, 3: 12.0}
KEY = re.compile(r"run-\d+")


def payment(number: int, cents: int, transaction: int, note: str = "x") -> RowChange:
    new = {
        "id": str(number),
        "cents": str(cents),
        "note": note,
        "attempt": f"0d9a6f1e-0000-4000-8000-00000000000{number}",
        "paid_at": f"2026-11-29 10:00:0{number}",
    }
    return RowChange("payment", "insert", {}, {**new}, transaction)


def found(*changes: RowChange, answered: str = "7") -> list[tuple[str, list[float], list[str]]]:
    groups = find_alike(changes, TIMES, frozenset({answered}), KEY)
    return [(one.column, one.commits, one.answered) for one in groups]


def test_rows_are_compared_without_identity_uuids_and_times() -> None:
    rows = [payment(6, 250, 1), payment(7, 250, 2), payment(8, 99, 3)]
    assert found(*rows) == [("payment.id", [10.0, 11.0], ["", "7"])]


def test_what_holds_a_key_or_was_deleted_or_no_answer_names_tells_nothing() -> None:
    rows = [payment(6, 250, 1), payment(7, 250, 2)]
    assert found(*rows, answered="1") == []
    assert found(payment(6, 250, 1, "run-3"), payment(7, 250, 2, "run-3")) == []
    gone = RowChange("payment", "delete", {"id": "6"}, {}, 3)
    assert found(*rows, gone) == []
