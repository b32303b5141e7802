"""``any-statement-cancelled`` hits what an app asks for, and leaves alone what a driver asks."""

from __future__ import annotations

import re

import pytest
from squall.scenario.library import stock
from squall_faults.wire.error_reply import ErrorReply


def pattern() -> str:
    """Of the statements that the outage cancels."""
    (outage,) = [outage for outage in stock() if outage.name == "any-statement-cancelled"]
    (fault,) = [step.fault for step in outage.steps]
    assert isinstance(fault, ErrorReply)
    return fault.statement


@pytest.mark.parametrize(
    ("statement", "hit"),
    [
        ("SELECT id FROM items WHERE id = $1", True),
        ("insert into orders (id) values ($1)", True),
        ("SELECT pg_notify('orders', CAST($1 AS text))", True),
        ("SELECT place_order($1, $2)", True),
        ("select nextval('numbers')", True),
        ("SELECT 1", False),
        ("select pg_catalog.version()", False),
        ("SELECT current_schema()", False),
        ("SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;", False),
        ("BEGIN ISOLATION LEVEL READ COMMITTED", False),
        ("COMMIT", False),
        ("SHOW transaction_read_only", False),
    ],
)
def test_functions_are_hit_and_what_drivers_ask_is_not(statement: str, *, hit: bool) -> None:
    assert bool(re.search(pattern(), statement, re.IGNORECASE)) is hit
