"""The API of rules on PostgreSQL's messages: arm, list, look, disarm, and what is refused."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from squall_faults.errors import InjectionFailed

RULES = "/proxies/p/rules"
STARTUP = struct.pack("!II", 17, 196_608) + b"user\0me\0\0"
"""The StartupMessage of protocol 3.0 (PostgreSQL, "Message Formats")."""

FULL = {"on": "startup", "do": "fatal", "sqlstate": "53300", "message": "too many clients"}
SHOWN = {
    "id": "full", **FULL, "statement": None, "tag": None, "transaction": None, "nth": 1,
    "times": None, "share": 1.0, "hottest_of": 0, "delay_ms": 0, "matches": 0, "bites": 0,
}  # fmt: skip


async def listed(engine: Any) -> list[str]:
    return [rule["id"] for rule in (await engine.raw("GET", RULES))[1]["rules"]]


async def test_a_rule_is_armed_shown_listed_and_disarmed(engine: Any) -> None:
    assert await engine.raw("POST", RULES, {"id": "full", **FULL}) == (201, SHOWN)
    assert await engine.raw("GET", f"{RULES}/full") == (200, SHOWN)
    assert (await engine.raw("GET", RULES))[1]["rules"] == [SHOWN]
    assert await engine.raw("DELETE", f"{RULES}/full") == (204, "")
    assert (await engine.raw("GET", RULES))[1]["rules"] == []


async def test_a_rule_acts_is_counted_and_acts_no_more_when_disarmed(engine: Any) -> None:
    rule_id = await engine.proxy.arm(FULL)
    for count in (1, 2):
        reader, writer = await engine.connect()
        writer.write(STARTUP)
        said = await reader.read(-1)
        assert said[:1] == b"E"
        assert b"C53300\0" in said
        assert b"Mtoo many clients\0" in said
        assert await engine.proxy.bites(rule_id) == count
    await engine.proxy.disarm(rule_id)
    assert await engine.fate(await engine.connect(), STARTUP) == "answered"


async def test_rules_have_a_number_when_they_have_no_name(engine: Any) -> None:
    ids = [await engine.proxy.arm(FULL) for _ in range(3)]
    assert len(set(ids)) == 3
    assert await listed(engine) == ids
    await engine.proxy.disarm(ids[1])
    await engine.proxy.disarm(ids[1])
    assert await listed(engine) == [ids[0], ids[2]]


async def test_what_a_rule_holds_is_let_go_when_it_is_disarmed(engine: Any) -> None:
    rule_id = await engine.proxy.arm({"on": "startup", "do": "stall"})
    reader, writer = await engine.connect()
    writer.write(STARTUP)

    async def held() -> bool:
        return bool(await engine.proxy.bites(rule_id) == 1)

    await engine.until(held, "the bite")
    await engine.proxy.disarm(rule_id)
    assert await engine.heard(reader, STARTUP) == "answered"


async def test_a_rule_that_nobody_disarms_goes_by_itself(engine: Any) -> None:
    await engine.raw("POST", RULES, {"id": "short", **FULL, "ttl_ms": 30})
    await engine.raw("POST", RULES, {"id": "long", **FULL, "ttl_ms": 600_000})

    async def gone() -> bool:
        return bool((await engine.raw("GET", f"{RULES}/short"))[0] == 404)

    await engine.until(gone, "the end of its time")
    assert await listed(engine) == ["long"]


async def test_a_rule_that_was_disarmed_does_not_take_its_successor_along(engine: Any) -> None:
    """The clock of the first one must not strike for the second one of the same name."""
    await engine.raw("POST", RULES, {"id": "r", **FULL, "ttl_ms": 50})
    await engine.raw("DELETE", f"{RULES}/r")
    await engine.raw("POST", RULES, {"id": "r", **FULL})
    await engine.raw("POST", RULES, {"id": "later", **FULL, "ttl_ms": 100})

    async def gone() -> bool:
        return "later" not in await listed(engine)

    await engine.until(gone, "the end of a later one")
    assert await listed(engine) == ["r"]


@pytest.mark.parametrize("ends", ["/reset", "delete"])
async def test_rules_go_with_a_reset_and_with_their_proxy(engine: Any, ends: str) -> None:
    await engine.proxy.arm(FULL)
    if ends == "delete":
        await engine.raw("DELETE", "/proxies/p")
        assert (await engine.raw("GET", RULES))[0] == 404
    else:
        await engine.raw("POST", ends)
        assert await listed(engine) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "a rule must be an object"),
        ("x", "a rule must be an object"),
        ({}, "on must be given, got None"),
        ({"on": "statement"}, "do must be given, got None"),
        ({"on": "query", "do": "cut"}, "on must be one of statement, reply, startup, got 'query'"),
        ({"on": "statement", "do": "x"}, "do must be one of cut, stall, delay, error, fatal"),
        ({**FULL, "speed": 1}, "speed must be no key; the keys are id, on, do, "),
        ({**FULL, "sqlstate": "5330"}, "sqlstate must be five digits or capitals"),
        ({**FULL, "sqlstate": "00000"}, "sqlstate must be five digits or capitals, and no success"),
        ({**FULL, "nth": 0}, "nth must be at least 1, got 0"),
        ({**FULL, "times": True}, "times must be at least 1, or null, got True"),
        ({**FULL, "tag": "^COMMIT"}, "tag must be left out unless on is reply"),
        ({**FULL, "transaction": "T"}, "transaction must be one of"),
        ({**FULL, "id": 7}, "id must be a text, got 7"),
        ({**FULL, "ttl_ms": 0}, "ttl_ms must be a positive whole number"),
        ({**FULL, "ttl_ms": "soon"}, "ttl_ms must be a positive whole number"),
        ({"on": "statement", "do": "cut", "statement": "("}, "statement must be a regular exp"),
        ({"on": "statement", "do": "cut", "statement": 7}, "statement must be a regular exp"),
        ({"on": "statement", "do": "delay"}, "delay_ms must be at least 1 if do is delay"),
        ({"on": "reply", "do": "error", "sqlstate": "40001"}, "do must be fatal or another"),
        ({"on": ["x"], "do": "cut"}, "on must be one of"),
    ],
)
async def test_a_bad_rule_is_refused_with_the_reason(engine: Any, body: object, words: str) -> None:
    status, answer = await engine.raw("POST", RULES, body)
    assert status == 400
    assert answer["status"] == 400
    assert answer["error"].startswith("bad request body: ")
    assert words in answer["error"]
    assert await listed(engine) == []


async def test_a_name_is_taken_once(engine: Any) -> None:
    await engine.raw("POST", RULES, {"id": "full", **FULL})
    status, answer = await engine.raw("POST", RULES, {"id": "full", "on": "startup", "do": "cut"})
    assert (status, answer["error"]) == (409, "rule already exists")
    assert (await engine.raw("GET", f"{RULES}/full"))[1]["do"] == "fatal"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_rule_that_is_not_there_is_404(engine: Any, method: str) -> None:
    status, answer = await engine.raw(method, f"{RULES}/none")
    assert (status, answer["error"]) == (404, "rule not found")
    status, answer = await engine.raw(method, "/proxies/none/rules/none")
    assert (status, answer["error"]) == (404, "proxy not found")


async def test_a_client_is_told_the_reason(engine: Any) -> None:
    with pytest.raises(InjectionFailed, match=r"POST /proxies/p/rules at .+: bad request body: do"):
        await engine.proxy.arm({"on": "startup", "do": "sing"})


async def test_connections_that_no_rule_can_read_are_counted(engine: Any) -> None:
    """Made before the first rule, encrypted from the first byte, and not PostgreSQL at all."""
    older = await engine.met()
    await engine.proxy.arm({"on": "statement", "do": "cut", "statement": "^never$"})
    await engine.connect()
    for first in (b"\x16\x03\x01\x00\x05hello", b"ping", b"pong"):
        assert await engine.fate(await engine.connect(), first) == "answered"

    async def counted() -> bool:
        return bool((await engine.raw("GET", RULES))[1]["connections"]["understood"] == 1)

    await engine.until(counted, "the silent connection")
    assert (await engine.raw("GET", RULES))[1]["connections"] == {
        "understood": 1,
        "encrypted": 1,
        "plain": 2,
        "older_than_the_first_rule": 1,
    }
    assert await engine.fate(older) == "answered"
