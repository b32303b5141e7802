"""A fault's bite is what the engine delayed, cut or held, not what passed while it was in force."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import (
    AcceptSilence,
    Bandwidth,
    BlackHole,
    Fault,
    Latency,
    LimitData,
    Reset,
    Slicer,
    SlowClose,
    Stall,
    within,
)

SMALL = b"x" * 100

IDLE = [
    Slicer(average_bytes=1000),
    LimitData(max_bytes=1_000_000),
    SlowClose(delay_ms=10),
    Latency(latency_ms=50, scope="new"),
    Bandwidth(rate_kb_per_s=1, scope="new"),
    Stall(scope="new"),
    AcceptSilence(),
]


@pytest.mark.parametrize("fault", IDLE, ids=lambda fault: type(fault).__name__)
async def test_what_only_passes_is_no_bite(engine: Any, fault: Fault) -> None:
    ends = await engine.met()
    async with within(fault, engine.proxy) as injection:
        assert await engine.fate(ends, SMALL) == "answered"
        assert (await injection.bite()).count == 0


ACTING: list[tuple[Fault, int]] = [
    (Latency(latency_ms=5), 100),
    (Bandwidth(rate_kb_per_s=100), 100),
    (Slicer(average_bytes=30), 100),
]


@pytest.mark.parametrize(("fault", "count"), ACTING, ids=str)
async def test_each_byte_that_it_acts_on_is_one(engine: Any, fault: Fault, count: int) -> None:
    ends = await engine.met()
    async with within(fault, engine.proxy) as injection:
        assert await engine.fate(ends, SMALL) == "answered"
        assert (await injection.bite()).count == count


async def test_held_and_swallowed_bytes_are_counted(engine: Any) -> None:
    for fault, count in ((Stall(), 100), (BlackHole(direction="upstream"), 100)):
        _, writer = await engine.met()
        async with within(fault, engine.proxy) as injection:
            writer.write(SMALL)
            await engine.until(lambda asked=injection, n=count: has(asked, n), f"{fault!r}")
        writer.close()


async def has(injection: Any, count: int) -> bool:
    return bool((await injection.bite()).count == count)


async def test_only_connections_that_it_ends_are_counted(engine: Any) -> None:
    bystander = await engine.met()
    async with within(LimitData(max_bytes=10), engine.proxy) as injection:
        bystander[1].close()
        await engine.until(lambda: gone(engine), "the end of the bystander")
        assert (await injection.bite()).count == 0
        assert (await engine.fate(await engine.connect(), SMALL)).startswith("closed")
        assert (await injection.bite()).count == 1


async def gone(engine: Any) -> bool:
    return bool((await engine.proxy.traffic()).open == 0)


async def test_resets_are_those_at_once_and_those_with_a_byte(engine: Any) -> None:
    await engine.met()
    async with within(Reset(), engine.proxy) as injection:
        assert (await injection.bite()).count == 1
        assert await engine.fate(await engine.connect(), SMALL) == "reset"
        assert (await injection.bite()).count == 2


async def test_a_toxic_that_is_gone_proves_nothing(engine: Any) -> None:
    ends = await engine.met()
    async with within(Latency(latency_ms=1), engine.proxy) as injection:
        (name,) = (await engine.proxy.in_force()).toxics
        await engine.server.delete(f"/proxies/p/toxics/{name}")
        assert await engine.fate(ends, SMALL) == "answered"
        assert (await injection.bite()).count == 0
