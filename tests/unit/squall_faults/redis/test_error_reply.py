"""``redis.error_reply``: an error in place of a command, on a connection that stays open."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InvalidFault, RedisErrorReply, within


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (
            RedisErrorReply(),
            {
                "on": "command",
                "do": "error",
                "nth": 1,
                "message": "LOADING Redis is loading the dataset in memory",
            },
        ),
        (
            RedisErrorReply(code="NOSCRIPT", times=1, share=0.5),
            {
                "on": "command",
                "do": "error",
                "share": 0.5,
                "command": "EVALSHA",
                "nth": 1,
                "times": 1,
                "message": "NOSCRIPT No matching script. Please use EVAL.",
            },
        ),
        (
            RedisErrorReply(code="WRONGPASS", command="AUTH|HELLO", message="invalid password"),
            {
                "on": "command",
                "do": "error",
                "command": "AUTH|HELLO",
                "nth": 1,
                "message": "WRONGPASS invalid password",
            },
        ),
    ],
)
async def test_the_rule_and_the_bite(
    commands: Any, fault: RedisErrorReply, rule: dict[str, Any]
) -> None:
    port = commands(acted=4)
    async with within(fault, port) as injection:
        bite = await injection.bite()
        port.rules = frozenset()
        assert await injection.lapsed() == "rule rule-7 is gone"
    assert port.calls == [("arm", rule), ("disarm", "rule-7")]
    assert (bite.count, bite.what) == (4, "commands answered with an error")


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"code": "loading"}, "code must be a word in capitals"),
        ({"message": "two\r\nlines"}, "message must be one line"),
        ({"share": 0}, "share must be"),
    ],
)
def test_values_that_make_no_such_fault_are_refused(attributes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidFault, match=told):
        RedisErrorReply(**attributes)


@pytest.mark.parametrize(
    ("code", "hit", "spared"),
    [
        ("READONLY", {"SET", "DEL", "EVAL", "LPOP"}, {"GET", "PING", "MULTI"}),
        ("OOM", {"SET", "LPUSH"}, {"GET", "DEL", "EXPIRE", "LPOP"}),
        ("NOSCRIPT", {"EVALSHA"}, {"EVAL", "GET"}),
    ],
)
async def test_an_error_meets_the_commands_that_a_server_would_refuse(
    commands: Any, code: str, hit: set[str], spared: set[str]
) -> None:
    port = commands()
    async with within(RedisErrorReply(code=code), port):
        pass
    names = set(port.calls[0][1]["command"].split("|"))
    assert hit <= names
    assert not spared & names
