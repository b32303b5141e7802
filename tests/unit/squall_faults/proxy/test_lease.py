"""What is in force stays so as long as it is renewed; what ended by itself is known afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import InjectionFailed, Latency, Refuse, within
from squall_faults.lease import LeaseKeeper, still_in_force
from squall_faults.toxiproxy import ToxiproxyProxy

RULE = {"on": "statement", "statement": "never", "do": "cut"}
TTL = {"ttl_ms": 300}


async def gone(engine: Any, what: str) -> bool:
    return what in (await engine.proxy.in_force()).lapsed


async def test_what_is_renewed_outlives_its_time_and_what_is_not_ends(engine: Any) -> None:
    """Two toxics with one time to live; the harness of one of them lives."""
    kept = ToxiproxyProxy(engine.server, "p", ttl_seconds=0.3)
    await kept.add_toxic("kept", "noop", stream="upstream", attributes={})
    await kept.disable()
    lost = await engine.server.create("lost", upstream="127.0.0.1:1")
    assert lost
    await engine.server.post("/proxies/lost/toxics", {"type": "noop", "name": "lost", **TTL})
    unkept = ToxiproxyProxy(engine.server, "lost")
    try:
        for _ in range(2):
            await engine.server.post("/proxies/lost/toxics", {"type": "noop", "name": "x", **TTL})
            await engine.until(lambda: ended(unkept, "toxic x"), "the end of x")
            await engine.server.delete("/proxies/lost/toxics/x")
        seen = await kept.in_force()
        assert (seen.toxics, seen.enabled, seen.lapsed) == (frozenset({"kept"}), False, ())
        assert (await unkept.in_force()).toxics == frozenset()
    finally:
        await kept.remove_toxic("kept")
        await kept.enable()
        await engine.server.remove("lost")


async def ended(proxy: ToxiproxyProxy, what: str) -> bool:
    seen = await proxy.in_force()
    return what in seen.lapsed and what.partition(" ")[2] not in seen.toxics


async def test_a_renewal_is_for_all_that_has_a_time_and_touches_nothing_else(engine: Any) -> None:
    path = "/proxies/p"
    await engine.server.post(f"{path}/toxics", {"type": "noop", "name": "a", "ttl_ms": 60_000})
    await engine.server.post(f"{path}/toxics", {"type": "noop", "name": "b"})
    rule = await engine.server.post(f"{path}/rules", {**RULE, "ttl_ms": 60_000})
    said = await engine.server.post(f"{path}/lease", {"ttl_ms": 60_000})
    assert sorted(said["renewed"]) == [f"rule {rule['id']}", "toxic a"]
    assert said["toxics"] == ["a", "b"]
    assert said == {**await engine.server.get(f"{path}/lease"), "renewed": said["renewed"]}


@pytest.mark.parametrize("body", [{}, {"ttl_ms": 0}, {"ttl_ms": "1"}, []])
async def test_a_renewal_needs_a_time(engine: Any, body: object) -> None:
    assert (await engine.raw("POST", "/proxies/p/lease", body))[0] == 400


async def test_the_end_of_a_lease_is_told(engine: Any) -> None:
    await engine.server.post("/proxies/p", {"enabled": False, **TTL})
    rule = await engine.server.post("/proxies/p/rules", {**RULE, **TTL})
    await engine.until(lambda: gone(engine, f"rule {rule['id']}"), "the end of the rule")
    await engine.until(lambda: gone(engine, "the disabled state"), "the end of the disabled state")
    assert (await engine.proxy.in_force()).enabled


async def test_a_fault_knows_at_its_heal_whether_it_still_is_in_force(engine: Any) -> None:
    async with within(Latency(latency_ms=1), engine.proxy) as injection:
        assert await injection.lapsed() == ""
        (name,) = (await engine.proxy.in_force()).toxics
        await engine.server.delete(f"/proxies/p/toxics/{name}")
        assert await injection.lapsed() == f"toxic {name} is gone"
    async with within(Refuse(), engine.proxy) as injection:
        assert await injection.lapsed() == ""
        await engine.server.post("/proxies/p", {"enabled": True})
        assert await injection.lapsed() == "the proxy is enabled again"


async def test_a_proxy_that_was_created_again_is_another_one(engine: Any) -> None:
    shown = await engine.server.get("/proxies/p")
    lapsed = await still_in_force(engine.proxy)
    await engine.server.remove("p")
    await engine.server.create("p", upstream=shown["upstream"])
    assert await lapsed() == "the engine restarted or the proxy was created again"


async def test_a_failed_renewal_is_tried_again() -> None:
    again = asyncio.Event()
    calls: list[str] = []

    async def renew() -> None:
        calls.append("renew")
        if len(calls) == 3:
            again.set()
        raise InjectionFailed("not now")

    keeper = LeaseKeeper(renew, 0.03)
    keeper.hold("x")
    await asyncio.wait_for(again.wait(), 5)
    keeper.release("x")
    assert keeper._task is None
