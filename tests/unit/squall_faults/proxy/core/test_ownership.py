"""No listener without an owner: whatever fails, at whichever await, the API can reach what listens.

Each operation is run again and again, and is ended from outside at its first await, then at its
second, and so on, until it comes through.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from squall_faults.proxy.core.collection import Collection
from squall_faults.proxy.decode import PROXY, Fields
from squall_faults.proxy.errors import ApiError

REFUSE = b"refuse_when_upstream_down"
REFUSING = {"refuse_when_upstream_down": True}
BAD_NAMES = ["db..internal:5432", "x" * 64 + ":1", "127.0.0.1:²", "127.0.0.1:70000", "none"]


def listening() -> set[str]:
    """The inodes of this process's sockets that listen."""
    lines = [*Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    lines += Path("/proc/net/tcp6").read_text(encoding="ascii").splitlines()[1:]
    listen = {line.split()[9] for line in lines if line.split()[3] == "0A"}
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            name = str(entry.readlink())
        except OSError:
            continue
        if name.startswith("socket:[") and name[8:-1] in listen:
            found.add(name[8:-1])
    return found


@pytest.fixture
async def collection() -> AsyncIterator[Collection]:
    before = listening()
    made = Collection(1)
    yield made
    await made.close()
    await asyncio.sleep(0)
    assert listening() == before


def owned(collection: Collection) -> int:
    return sum(proxy._server is not None for proxy in collection.proxies.values())


class Ended(BaseException):
    """What ends an operation from outside, as a cancellation does."""


class EndsAt:
    """Awaits something, and raises in place of its ``turn``-th suspension."""

    def __init__(self, work: Awaitable[Any], turn: int) -> None:
        self._work, self._turn = work, turn

    def __await__(self) -> Generator[Any, Any, Any]:
        inner: Any = self._work.__await__()
        try:
            waits = next(inner, None)
            for _ in range(self._turn):
                try:
                    yield waits
                except BaseException as error:  # noqa: BLE001 - what was awaited failed
                    waits = inner.throw(error)
                else:
                    waits = inner.send(None)
            inner.throw(Ended())
        except StopIteration as done:
            return done.value


async def at_every_await(
    collection: Collection, work: Callable[[], Awaitable[Any]], base: set[str]
) -> int:
    """End the work at each of its awaits; how many it has."""
    for turn in range(100):
        try:
            await EndsAt(work(), turn)
        except Ended:
            pass
        except ApiError:
            return turn
        else:
            return turn
        finally:
            await asyncio.sleep(0.002)
            assert len(listening() - base) == owned(collection), f"await {turn}"
            for name in list(collection.proxies):
                await collection.delete(name)
            await asyncio.sleep(0.002)
            assert listening() == base
    pytest.fail("it never came through")


@pytest.mark.parametrize("more", [{}, REFUSING, {"toxics": [{"type": "latency"}]}], ids=str)
@pytest.mark.parametrize("upstream", ["127.0.0.1:1", "localhost:1", *BAD_NAMES])
async def test_a_creation_that_ends_anywhere(
    collection: Collection, more: dict[str, Any], upstream: str
) -> None:
    base = listening()
    body = {"name": "p", "upstream": upstream, "listen": "localhost:0", **more}
    turns = await at_every_await(collection, lambda: collection.create(Fields(body, PROXY)), base)
    assert turns > 1  # it was ended at least once


@pytest.mark.parametrize(
    "change",
    [
        {"upstream": "db..internal:1", **REFUSING},
        {"listen": "localhost:0"},
        {"listen": "x..y:1"},
        {"enabled": False},
    ],
    ids=str,
)
async def test_an_update_that_ends_anywhere(collection: Collection, change: dict[str, Any]) -> None:
    base = listening()

    async def work() -> None:
        await collection.update("p", Fields(change, PROXY))

    for turn in range(100):
        body = {"name": "p", "upstream": "127.0.0.1:1", "listen": "localhost:0"}
        await collection.create(Fields(body, PROXY))
        ended = False
        try:
            await EndsAt(work(), turn)
        except Ended:
            ended = True
        except ApiError:
            pass
        await asyncio.sleep(0.002)
        assert len(listening() - base) == owned(collection), f"await {turn}"
        await collection.delete("p")
        await asyncio.sleep(0.002)
        assert listening() == base
        if not ended:
            return
    pytest.fail("it never came through")


async def test_populate_replaces_and_ends_anywhere(collection: Collection) -> None:
    base = listening()
    entries = [
        b'{"name": "a", "listen": "localhost:0", "upstream": "127.0.0.1:1"}',
        b'{"name": "b", "listen": "localhost:0", "upstream": "d..x:1", "%s": true}' % REFUSE,
    ]
    raw = b"[" + b",".join(entries) + b"]"
    assert await at_every_await(collection, lambda: collection.populate(raw), base) > 1


@pytest.mark.parametrize("upstream", BAD_NAMES)
async def test_a_mirror_of_an_impossible_name_exists_refuses_and_can_be_deleted(
    collection: Collection, upstream: str
) -> None:
    base = listening()
    body = {"name": "p", "upstream": upstream, "listen": "127.0.0.1:0", **REFUSING}
    proxy = await collection.create(Fields(body, PROXY))
    await asyncio.sleep(0.15)  # the mirror looks at least once more
    assert proxy.enabled
    assert listening() == base
    await collection.delete("p")
    again = await collection.create(Fields({**body, "listen": proxy.listen}, PROXY))
    assert again.listen == proxy.listen
