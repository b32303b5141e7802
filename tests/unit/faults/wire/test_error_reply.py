"""``wire.error_reply``: matching statements fail with the SQLSTATE of one's choice."""

from __future__ import annotations

from typing import Any

import pytest

from faults import ErrorReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            ErrorReply(sqlstate="53100"),
            {
                "on": "statement",
                "statement": "",
                "do": "error",
                "sqlstate": "53100",
                "message": "injected by squall",
                "nth": 1,
            },
        ),
        (
            ErrorReply(
                sqlstate="40001", statement="^insert", nth=3, times=5, message="could not serialize"
            ),
            {
                "on": "statement",
                "statement": "^insert",
                "do": "error",
                "sqlstate": "40001",
                "message": "could not serialize",
                "nth": 3,
                "times": 5,
            },
        ),
    ],
    ids=["every statement", "some inserts"],
)
async def test_the_rule_and_the_bite(stub: Any, fault: ErrorReply, rule: dict[str, Any]) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "statements answered with an error")
