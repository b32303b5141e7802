"""``redis.stall_reply``: replies are held until the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, RedisStallReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (RedisStallReply(), {"on": "reply", "do": "stall", "nth": 1}),
        (
            RedisStallReply(command="hgetall", times=1),
            {"on": "reply", "do": "stall", "command": "hgetall", "nth": 1, "times": 1},
        ),
    ],
)
async def test_the_rule_and_the_bite(
    commands: Any, fault: RedisStallReply, rule: dict[str, Any]
) -> None:
    port = commands(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
        port.rules = frozenset()
        assert await injection.lapsed() == "rule rule-7 is gone"
    assert port.calls == [("arm", rule), ("disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "replies held")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"command": "^GET"}, "command must be names"),
        ({"times": -1}, "times must be"),
    ],
)
def test_values_that_make_no_such_fault_are_refused(attributes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        RedisStallReply(**attributes)
