"""``redis.cut_reply``: the connection ends within a reply."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, RedisCutReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (RedisCutReply(), {"on": "reply", "do": "cut", "nth": 1}),
        (
            RedisCutReply(command="GET|MGET", nth=2, times=3, after_bytes=5),
            {
                "on": "reply",
                "do": "cut",
                "after_bytes": 5,
                "command": "GET|MGET",
                "nth": 2,
                "times": 3,
            },
        ),
    ],
)
async def test_the_rule_and_the_bite(
    commands: Any, fault: RedisCutReply, rule: dict[str, Any]
) -> None:
    port = commands(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
        port.rules = frozenset()
        assert await injection.lapsed() == "rule rule-7 is gone"
    assert port.calls == [("arm", rule), ("disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "replies cut")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"command": "GET key"}, "command must be names"),
        ({"after_bytes": -1}, "after_bytes must be"),
        ({"nth": 0}, "nth must be"),
        ({"proxy": ""}, "name of a dependency"),
    ],
)
def test_values_that_make_no_such_fault_are_refused(attributes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        RedisCutReply(**attributes)
