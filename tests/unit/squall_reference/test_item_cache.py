"""The cache of items: what a Redis that fails, lies or hangs may and may not do to a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import ReadOnlyError
from squall_reference.orders.model import Item
from squall_reference.resilience.deadline import current, deadline_in
from squall_reference.services.item_cache import KEPT_SECONDS, ItemCache, NoCache

ITEM = Item(id=7, name="item 7", stock=3)
LIMIT = 0.1


class FakeRedis:
    """Keys with what they hold; ``error`` is raised, ``silent`` waits for ever."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.error: Exception | None = None
        self.silent = False
        self.asked = 0

    async def _answer(self) -> None:
        self.asked += 1
        if self.silent:
            await asyncio.sleep(3600)
        if self.error is not None:
            raise self.error

    async def get(self, key: str) -> Any:
        await self._answer()
        return self.keys.get(key)

    async def set(self, key: str, value: Any, *, px: int, nx: bool = False) -> bool:
        await self._answer()
        assert px > 0, "everything expires"
        if nx and key in self.keys:
            return False
        self.keys[key] = value
        return True


Test = Callable[[ItemCache, FakeRedis], Awaitable[Any]]


@pytest.fixture
def cached(virtual: Any) -> Callable[[Test], Any]:
    def run(test: Test) -> Any:
        async def main() -> Any:
            redis = FakeRedis()
            return await test(ItemCache(cast("Any", redis), 1.0, now()), redis)

        return virtual(main)

    return run


def now() -> Callable[[], float]:
    return asyncio.get_running_loop().time


def test_what_was_put_is_found_until_it_changes(cached: Any) -> None:
    async def test(cache: ItemCache, _redis: FakeRedis) -> list[Item | None]:
        await cache.put(ITEM)
        before = await cache.get(7)
        async with cache.changing(7):
            pass
        return [before, await cache.get(7)]

    assert cached(test) == [ITEM, None]


def test_a_reader_from_before_the_commit_finds_the_tombstone(cached: Any) -> None:
    async def test(cache: ItemCache, _redis: FakeRedis) -> Item | None:
        async with cache.changing(7):
            pass
        await cache.put(ITEM)  # what it read before the commit
        return await cache.get(7)

    assert cached(test) is None


def test_an_item_is_removed_after_an_error_too(cached: Any) -> None:
    async def test(cache: ItemCache, _redis: FakeRedis) -> Item | None:
        await cache.put(ITEM)
        with pytest.raises(ZeroDivisionError):
            async with cache.changing(7):
                raise ZeroDivisionError
        return await cache.get(7)

    assert cached(test) is None


@pytest.mark.parametrize("error", [LostConnection(), ReadOnlyError(), OSError(), TimeoutError()])
def test_no_error_of_redis_reaches_a_request(cached: Any, error: Exception) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> Item | None:
        redis.error = error
        await cache.put(ITEM)
        async with cache.changing(7):
            pass
        return await cache.get(7)

    assert cached(test) is None


def test_a_silent_redis_costs_its_limit_and_then_nothing(cached: Any) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> tuple[float, int]:
        redis.silent = True
        began = now()()
        for _ in range(20):
            await cache.get(7)
        return now()() - began, redis.asked

    seconds, asked = cached(test)
    assert asked == 5, "then the circuit is open"
    assert seconds == pytest.approx(5 * LIMIT)


def test_what_could_not_be_removed_is_not_used_until_it_has_expired(cached: Any) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> list[Item | None]:
        await cache.put(ITEM)
        redis.error = LostConnection()
        async with cache.changing(7):
            pass
        redis.error = None
        early = await cache.get(7)
        await asyncio.sleep(KEPT_SECONDS)
        return [early, await cache.get(7)]  # the fake expires nothing

    assert cached(test) == [None, ITEM]


def test_a_removal_that_hangs_holds_nobody_for_longer_than_its_limit(cached: Any) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> float:
        redis.silent = True
        began = now()()
        async with cache.changing(7):
            pass
        seconds = now()() - began
        await asyncio.sleep(1)  # the removal ends by its own limit
        return seconds

    assert cached(test) == pytest.approx(LIMIT)


def test_a_request_whose_time_is_over_does_not_wait_for_a_removal(cached: Any) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> tuple[float, Item | None]:
        await cache.put(ITEM)
        redis.silent = True
        current.set(deadline_in(LIMIT / 4))
        began = now()()
        async with cache.changing(7):
            pass
        seconds = now()() - began
        redis.silent = False
        found = await cache.get(7)
        await asyncio.sleep(1)
        return seconds, found

    seconds, found = cached(test)
    assert seconds == pytest.approx(LIMIT / 4)
    assert found is None, "nobody knows yet whether it was removed"


def test_what_another_version_wrote_is_a_miss(cached: Any) -> None:
    async def test(cache: ItemCache, redis: FakeRedis) -> Item | None:
        redis.keys["orders:item:7"] = b'{"number": 7}'
        return await cache.get(7)

    assert cached(test) is None


async def test_without_redis_nothing_is_known() -> None:
    cache = NoCache()
    await cache.put(ITEM)
    async with cache.changing(7):
        assert await cache.get(7) is None
