"""``wire.refuse_startup``: new sessions are told FATAL; those that exist go on."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import RefuseStartup, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            RefuseStartup(),
            {
                "on": "startup",
                "do": "fatal",
                "sqlstate": "57P03",
                "message": "the database system is starting up",
            },
        ),
        (
            RefuseStartup(sqlstate="53300", message="too many clients", times=9),
            {
                "on": "startup",
                "do": "fatal",
                "sqlstate": "53300",
                "message": "too many clients",
                "times": 9,
            },
        ),
    ],
    ids=["starting up", "full for nine"],
)
async def test_the_rule_and_the_bite(stub: Any, fault: RefuseStartup, rule: dict[str, Any]) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "sessions refused")
