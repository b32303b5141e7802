"""Reads that are asked again come one after another, as from the client who got the error."""

from __future__ import annotations

import asyncio
from typing import Any

from squall.workload import again
from squall.workload.again import one_after_another


async def test_each_is_sent_when_the_one_before_is_answered() -> None:
    happened: list[str] = []

    async def answered(number: int) -> None:
        happened.append(f"sent {number}")
        await asyncio.sleep(0.001)
        happened.append(f"answered {number}")

    await one_after_another(lambda n=n: asyncio.create_task(answered(n)) for n in range(3))  # type: ignore[misc]
    assert happened == [f"{what} {n}" for n in range(3) for what in ("sent", "answered")]


async def test_one_that_is_late_does_not_stop_the_others(monkeypatch: Any) -> None:
    monkeypatch.setattr(again, "LATE_SECONDS", 0.001)
    never = [asyncio.create_task(asyncio.sleep(60)) for _ in range(3)]
    sent = iter(never)
    async with asyncio.timeout(5):
        await one_after_another(lambda: next(sent) for _ in range(3))
    assert next(sent, None) is None, "each was sent"
    for task in never:
        task.cancel()


async def test_nothing_is_sent_when_the_load_has_ended() -> None:
    asked: list[int] = []
    await one_after_another(lambda n=n: asked.append(n) for n in range(3))  # type: ignore[misc]
    assert asked == [0]
