"""``wire.fatal_reply``: matching statements end their session."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import FatalReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            FatalReply(),
            {
                "on": "statement",
                "statement": "",
                "do": "fatal",
                "sqlstate": "57P01",
                "message": "terminating connection due to administrator command",
                "nth": 1,
            },
        ),
        (
            FatalReply(sqlstate="25P03", statement="orders", nth=2, times=1, message="idle"),
            {
                "on": "statement",
                "statement": "orders",
                "do": "fatal",
                "sqlstate": "25P03",
                "message": "idle",
                "nth": 2,
                "times": 1,
            },
        ),
    ],
    ids=["every statement", "one of them"],
)
async def test_the_rule_and_the_bite(stub: Any, fault: FatalReply, rule: dict[str, Any]) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "sessions ended")
