"""``wire.delay_statement``: every matching statement, delayed on its way to the server."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import DelayStatement, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            DelayStatement(delay_ms=250),
            {"on": "statement", "statement": "", "do": "delay", "delay_ms": 250},
        ),
        (
            DelayStatement(delay_ms=1, statement="from orders", times=2),
            {
                "on": "statement",
                "statement": "from orders",
                "do": "delay",
                "delay_ms": 1,
                "times": 2,
            },
        ),
        (
            DelayStatement(delay_ms=1, share=0.5),
            {"on": "statement", "statement": "", "do": "delay", "delay_ms": 1, "share": 0.5},
        ),
        (
            DelayStatement(delay_ms=1, answers=True),
            {"on": "reply", "statement": "", "do": "delay", "delay_ms": 1},
        ),
    ],
    ids=["every statement", "two statements", "a share", "answers"],
)
async def test_the_rule_and_the_bite(
    stub: Any, fault: DelayStatement, rule: dict[str, Any]
) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (
        4,
        "answers delayed" if fault.answers else "statements delayed",
    )
