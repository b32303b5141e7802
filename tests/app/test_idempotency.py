"""Idempotency keys on a real server: once, whatever is sent at the same time or lost on the way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import asyncpg
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

STOCK = "SELECT stock FROM items WHERE id = $1"
COUNT = "SELECT count(*) FROM orders WHERE idempotency_key = $1"
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
LEFT = "SELECT sum(stock) FROM items"
ORDERED = "SELECT coalesce(sum(quantity), 0) FROM orders"


async def test_another_body_under_the_same_key_is_refused(service: Any, final_state: Any) -> None:
    assert (await service.order("k", quantity=1)).status_code == 201
    assert (await service.order("k", quantity=2)).status_code == 422
    assert await final_state.value(STOCK, 1) == 99


async def test_the_stored_answer_is_replayed_as_it_was(service: Any, final_state: Any) -> None:
    first = await service.order("k")
    await final_state.value("UPDATE orders SET quantity = 77")
    second = await service.order("k")
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_refusal_is_not_stored(service: Any) -> None:
    assert (await service.order("k", item=999)).status_code == 404
    new = {"id": 999, "name": "late", "stock": 5}
    await service.client.post("/items", json=new, headers={"Idempotency-Key": "i"})
    assert (await service.order("k", item=999)).status_code == 201


async def test_a_key_in_flight_is_refused_at_once(service: Any, final_state: Any) -> None:
    blocker = await asyncpg.connect(final_state.url, ssl=False)
    try:
        async with blocker.transaction():
            await blocker.execute("SELECT FROM items WHERE id = 1 FOR UPDATE")
            first = asyncio.create_task(service.order("k"))
            while not await final_state.value(LOCKS):  # noqa: ASYNC110 - another process's condition
                await asyncio.sleep(0.002)
            second = await service.order("k")
        answered = await first
    finally:
        await blocker.close()
    assert second.status_code == 409
    assert second.json()["title"] == "Idempotency key in use"
    assert second.headers["retry-after"] == "1"
    assert answered.status_code == 201
    assert (await service.order("k")).json() == answered.json()


@pytest.mark.parametrize("seed", range(20))
async def test_equal_keys_at_the_same_time_have_one_effect(
    service: Any, final_state: Any, seed: int
) -> None:
    """Any mixture of equal keys, with equal and other bodies, all sent at once."""
    draw = random.Random(seed)  # noqa: S311 - repeatable
    wanted = [
        (draw.choice("abc"), draw.randint(1, 2), draw.randint(1, 2))
        for _ in range(draw.randint(2, 12))
    ]
    answers = await asyncio.gather(*(service.order(k, item=i, quantity=q) for k, i, q in wanted))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409, 422}, statuses
    for key in {key for key, _, _ in wanted}:
        placed = [
            a.json()
            for (k, _, _), a in zip(wanted, answers, strict=True)
            if k == key and a.status_code == 201
        ]
        assert placed, "one of them wins"
        assert all(order == placed[0] for order in placed)
        assert await final_state.value(COUNT, key) == 1
    assert await final_state.value(LEFT) + await final_state.value(ORDERED) == 20 * 100


async def test_a_lost_commit_answer_gives_201_and_one_row(
    service: Any, final_state: Any, wire: Any
) -> None:
    wire.cut_after_commit = 1
    answer = await service.order("k")
    assert wire.cut_after_commit == 0, "the cut never happened"
    assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, "true")
    assert await final_state.value(COUNT, "k") == 1
    assert await final_state.value(STOCK, 1) == 99


async def test_when_no_answer_ever_comes_the_doubt_is_told(
    service: Any, final_state: Any, wire: Any
) -> None:
    wire.cut_after_commit = 1000
    answer = await service.order("k")
    wire.cut_after_commit = 0
    if answer.status_code == 504:
        assert "Idempotency-Key" in answer.json()["detail"]
    else:  # the repeat finds the stored answer, and needs no commit of its own to be sure
        assert answer.headers["idempotency-replayed"] == "true"
    assert await final_state.value(COUNT, "k") == 1
