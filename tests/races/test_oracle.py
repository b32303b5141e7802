"""The oracle: what a serial order explains, and what none does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from squall.history.op import Outcome
from squall.lab.wal import RowChange
from squall.racing.oracle import Outcomes, SerialRuns, learn
from squall.racing.undo import undo_sql
from squall.sweeping.client import ReceivedAnswer
from squall.workload.operations import Operation, PlannedRequest

OPERATION = Operation(name="sell", method="POST", path="/", effect="write")
REQUEST = PlannedRequest(id=0, operation=OPERATION, key=None, path="/", headers={}, body=None)


def answer(status: int, **body: object) -> ReceivedAnswer:
    outcome = Outcome.APPLIED if status < 300 else Outcome.REFUSED
    return ReceivedAnswer(
        request=REQUEST, status=status, error=None, headers={}, text=json.dumps(body), sent=0.0,
        done=0.0, outcome=outcome,
    )  # fmt: skip


def stock(before: int, after: int) -> RowChange:
    old, new = {"id": "1", "stock": str(before)}, {"id": "1", "stock": str(after)}
    return RowChange("items", "update", dict(old), dict(new))


def sale(number: int) -> RowChange:
    return RowChange("sales", "insert", {}, {"id": str(number)})


def run(
    changes: list[RowChange], first: ReceivedAnswer | None, second: ReceivedAnswer | None
) -> Outcomes:
    return Outcomes(tuple(changes), (first, second))


def sold(number: int) -> ReceivedAnswer:
    return answer(201, id=number)


@pytest.fixture
def serial() -> SerialRuns:
    return learn(
        {
            "A": [run([sale(n), stock(9, 8)], sold(n), None) for n in (1, 2)],
            "B": [run([sale(n), stock(9, 8)], None, sold(n)) for n in (3, 4)],
            "A then B": [
                run([sale(n), stock(9, 8), sale(n + 1), stock(8, 7)], sold(n), sold(n + 1))
                for n in (5, 7)
            ],
            "B then A": [
                run([sale(n), stock(9, 8), sale(n + 1), stock(8, 7)], sold(n + 1), sold(n))
                for n in (9, 11)
            ],
        }
    )


def test_numbers_from_a_sequence_do_not_matter(serial: SerialRuns) -> None:
    seen = run([sale(20), sale(21), stock(9, 8), stock(8, 7)], sold(21), sold(20))
    assert serial.explanation(seen) == "A then B"


def test_a_lost_update_is_explained_by_no_order(serial: SerialRuns) -> None:
    seen = run([sale(20), stock(9, 8), sale(21), stock(8, 8)], sold(20), sold(21))
    assert serial.explanation(seen) == ""


def test_a_refusal_must_leave_only_the_other_one(serial: SerialRuns) -> None:
    alone = run([sale(20), stock(9, 8)], answer(503), sold(20))
    assert serial.explanation(alone) == "B; A was refused"
    both = run([sale(20), stock(9, 8), sale(21), stock(8, 7)], answer(503), sold(20))
    assert serial.explanation(both) == ""


def test_an_acknowledged_request_must_be_there(serial: SerialRuns) -> None:
    seen = run([sale(20), stock(9, 8)], sold(21), sold(20))
    assert serial.explanation(seen) == ""


def test_who_was_cut_may_not_know_of_its_own_work(serial: SerialRuns) -> None:
    seen = run([sale(20), stock(9, 8), sale(21), stock(8, 7)], answer(500), sold(20))
    assert serial.explanation(seen, cut=True) == "A then B"
    assert serial.explanation(seen) == ""


def test_who_was_told_that_the_outcome_is_unknown_may_be_in_the_rows_or_not(
    serial: SerialRuns,
) -> None:
    unknown = replace(answer(504), outcome=Outcome.UNKNOWN)
    both = run([sale(20), stock(9, 8), sale(21), stock(8, 7)], unknown, sold(20))
    assert serial.explanation(both) == "A then B"
    alone = run([sale(20), stock(9, 8)], unknown, sold(20))
    assert serial.explanation(alone) == "B; A was refused"
    first = run([sale(20), stock(9, 8)], unknown, answer(409))
    assert serial.explanation(first) in ("A; B was refused", "B; A was refused")
    lost = run([sale(20), stock(9, 8), sale(21), stock(8, 8)], unknown, sold(20))
    assert serial.explanation(lost) == ""


def test_rows_are_put_back_in_the_opposite_order() -> None:
    text = undo_sql([sale(1), stock(9, 8)])
    assert text.index('UPDATE "items" SET "stock" = \'9\'') < text.index('DELETE FROM "sales"')
    assert undo_sql([]) == ""


def test_values_cannot_leave_their_quotes() -> None:
    change = RowChange("t", "insert", {}, {'a"b': "it's; DROP TABLE t"})
    assert "format('%s', \"a\"\"b\") = 'it''s; DROP TABLE t'" in undo_sql([change])
