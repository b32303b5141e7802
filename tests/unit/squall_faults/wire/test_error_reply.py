"""``wire.error_reply``: matching statements fail with the SQLSTATE of one's choice."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import ErrorReply, InvalidFault, within


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


async def test_only_the_hottest_statement_fails(stub: Any) -> None:
    port = stub(acted=4)
    async with within(ErrorReply(sqlstate="57014", hottest_of=6), port):
        pass
    assert port.calls[0][2]["hottest_of"] == 6


async def test_a_share_of_the_statements(stub: Any) -> None:
    port = stub(acted=4)
    async with within(ErrorReply(sqlstate="40P01", share=0.5), port):
        pass
    assert port.calls[0][2]["share"] == 0.5


@pytest.mark.parametrize("share", [0, 1.5, True])
def test_a_share_is_above_nothing_and_at_most_all(share: Any) -> None:
    with pytest.raises(InvalidFault, match="share"):
        ErrorReply(sqlstate="40P01", share=share)
