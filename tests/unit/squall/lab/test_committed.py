"""Rows of the server's log, and the requests that they are matched with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from squall.core.clock import VirtualClock
from squall.core.events import TransactionCommitted
from squall.history.op import Op, Outcome
from squall.lab.committed import CommitRecorder, match_transactions
from squall.lab.open_work import is_pending
from squall.lab.wal import RowChange

TIMES = {1: 10.0, 2: 11.0, 3: 12.0}


def test_rows_are_matched_by_key_and_by_id_and_their_values_are_dropped() -> None:
    changes = [
        RowChange("orders", "insert", {}, {"id": "7", "note": "pen-abc-17", "card": "secret"}, 1),
        RowChange("items", "update", {}, {"id": "7", "stock": "3"}, 1),
        RowChange("orders", "update", {}, {"id": "8", "note": '{"k": "abc-18"}'}, 2),
        RowChange("log", "insert", {}, {"id": "9", "note": "other-19"}, 3),
    ]
    found = list(match_transactions(changes, TIMES, "abc", frozenset({"7"})))
    assert found == [
        TransactionCommitted(
            at=10.0, keys={"abc-17": {"insert orders": 1}}, ids={"orders.id": ["7"]}
        ),
        TransactionCommitted(at=11.0, keys={"abc-18": {"update orders": 1}}, ids={}),
    ]


def test_a_key_is_a_whole_one() -> None:
    """``abc-1`` is not in a row that has ``abc-17``."""
    change = RowChange("orders", "insert", {}, {"note": "abc-17"}, 1)
    (found,) = match_transactions([change], TIMES, "abc", frozenset())
    assert list(found.keys) == ["abc-17"]


def test_a_deleted_row_is_known_by_what_it_was() -> None:
    change = RowChange("orders", "delete", {"note": "abc-1"}, {}, 1)
    (found,) = match_transactions([change], TIMES, "abc", frozenset())
    assert found.keys == {"abc-1": {"delete orders": 1}}


async def test_a_slow_question_for_the_servers_clock_dates_no_commit_too_late() -> None:
    """The server's clock is 100 s ahead; its answers take 80 ms to come, one of them 3 ms."""
    clock = VirtualClock(start=50.0)
    delays = iter([0.08, 0.003, 0.08, 0.08, 0.08])

    class Session:
        async def values(self, _sql: str) -> list[float]:
            read = clock.now() + 100.0 + 0.001
            clock.advance(next(delays))
            return [read]

    lab = SimpleNamespace(options=None)
    recorder = CommitRecorder(cast("Any", lab), clock, lambda _event: None)
    await recorder._compare_clocks(cast("Any", Session()))
    assert -100.002 < recorder._offset <= -100.0


def accepted(key: str, status: int = 202) -> Op:
    return Op(
        id=0, name="report", effect="write", key=key, intended=0.0, sent=0.0, done=0.0,
        outcome=Outcome.APPLIED, status=status, error=None, content_type=None, retry_after=None,
        body="",
    )  # fmt: skip


def test_accepted_work_is_waited_for_if_others_of_its_kind_are_done() -> None:
    ops = [accepted("a-1"), accepted("a-2")]
    assert is_pending({"a-1"}, ops)
    assert not is_pending({"a-1", "a-2"}, ops)
    assert not is_pending(set(), ops)  # nothing is ever stored for it
    assert not is_pending({"a-1"}, [accepted("a-1"), accepted("a-2", 503)])
    assert not is_pending({"a-1"}, [accepted("a-1"), accepted("a-2", 200)])
