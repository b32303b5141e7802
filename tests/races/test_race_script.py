"""A hold takes the k-th statement of its own request, never one of the other request."""

from __future__ import annotations

from squall.racing.pairs import HoldPoint
from squall.racing.race_script import HoldScript
from squall.sweeping.tap import Statement

from tests.sweep.test_cells import profile

SELL = profile("sell", "BEGIN", "UPDATE", "COMMIT")


def sent(session: int, sql: str) -> Statement:
    return Statement(session, sql, sql, "T", 0.0)


def test_the_second_statement_is_held_and_no_other() -> None:
    script = HoldScript(HoldPoint(2, "before"), SELL)
    assert script.statement(sent(1, "BEGIN")) is None
    assert script.statement(sent(1, "UPDATE")) is not None
    assert (script.session, script.held.is_set()) == (1, True)
    assert script.statement(sent(1, "COMMIT")) is None


def test_statements_of_the_other_request_are_not_counted() -> None:
    script = HoldScript(HoldPoint(1, "before"), SELL)
    script.other = 1
    assert script.statement(sent(1, "BEGIN")) is None
    assert script.statement(sent(2, "BEGIN")) is not None
    assert script.session == 2
