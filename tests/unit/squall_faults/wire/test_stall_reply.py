"""``wire.stall_reply``: the answers to matching statements, held until the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import StallReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (StallReply(), {"on": "reply", "statement": "", "do": "stall"}),
        (
            StallReply(statement="from items", times=1),
            {"on": "reply", "statement": "from items", "do": "stall", "times": 1},
        ),
    ],
    ids=["every answer", "one answer"],
)
async def test_the_rule_and_the_bite(stub: Any, fault: StallReply, rule: dict[str, Any]) -> None:
    port = stub(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
    assert port.calls == [(0, "arm", rule), (0, "bites", "rule-7"), (0, "disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "answers held")
