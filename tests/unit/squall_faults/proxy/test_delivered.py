"""The counters of sent bytes tell what was delivered, whatever a fault did to the rest."""

from __future__ import annotations

from typing import Any


async def counts(engine: Any) -> tuple[int, int, int, int]:
    seen = await engine.server.get("/proxies/p/traffic")
    return (
        seen["upstream_bytes"],
        seen["upstream_sent_bytes"],
        seen["downstream_bytes"],
        seen["downstream_sent_bytes"],
    )


async def arrive(engine: Any, *expected: int) -> None:
    async def met() -> bool:
        return await counts(engine) == expected

    await engine.until(met, f"bytes came and were sent: {expected}; {await counts(engine)}")


async def test_what_a_silent_connection_swallows_is_not_sent(engine: Any) -> None:
    _, writer = await engine.met()
    await arrive(engine, 4, 4, 4, 4)
    await engine.proxy.silence_connections()
    writer.write(b"anybody?")
    await arrive(engine, 12, 4, 4, 4)
    await engine.proxy.close_silent()
    await arrive(engine, 12, 4, 4, 4)


async def test_what_a_toxic_holds_is_sent_when_it_goes(engine: Any) -> None:
    _, writer = await engine.met()
    await engine.proxy.add_toxic("b", "bandwidth", stream="downstream", attributes={"rate": 0})
    writer.write(b"held")
    await arrive(engine, 8, 8, 8, 4)
    await engine.proxy.remove_toxic("b")
    await arrive(engine, 8, 8, 8, 8)


async def test_what_a_toxic_swallowed_stays_unsent_when_it_and_its_connection_are_gone(
    engine: Any,
) -> None:
    _, writer = await engine.met()
    await engine.proxy.add_toxic("t", "timeout", stream="upstream", attributes={"timeout": 0})
    writer.write(b"lost")
    await arrive(engine, 8, 4, 4, 4)
    await engine.proxy.remove_toxic("t")
    await arrive(engine, 8, 4, 4, 4)


async def test_what_waits_for_a_receiver_that_does_not_read_is_not_sent(engine: Any) -> None:
    reader, writer = await engine.met()
    reader._transport.pause_reading()
    size = 64 * 1024 * 1024  # more than two kernels' buffers hold
    writer.write(bytes(size))

    async def full() -> bool:
        before = await counts(engine)
        return before[2] > before[3] > 4 and before == await counts(engine)

    await engine.until(full, "a full buffer")
    await engine.proxy.reset_connections()
    seen = await counts(engine)
    assert 4 < seen[3] < seen[2] < size
