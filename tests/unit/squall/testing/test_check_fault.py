"""A sound fault is let through; each way to break a promise is named."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from squall.testing import check_fault
from squall_faults import Bite, Injection, catalogue


class Port:
    """A switch, and what passed while it was off."""

    def __init__(self) -> None:
        self.off = 0
        self.lost = 0

    async def switch(self, by: int) -> None:
        """Change it on the other side of a socket."""
        await asyncio.sleep(0)
        self.off += by
        await asyncio.sleep(0)

    async def send(self) -> None:
        """Something that the fault hits."""
        self.lost += bool(self.off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Off, and on again."""

    times: int = 1

    @asynccontextmanager
    async def inject(self, port: Port) -> AsyncIterator[Injection]:
        before = port.lost
        try:
            await port.switch(+1)
            yield self.injection(port, before)
        finally:
            port.off = 0

    def injection(self, port: Port, before: int) -> Injection:
        async def bite() -> Bite:
            return Bite(count=port.lost - before, what="messages lost")

        return Injection(bite)


class Unregistered(Sound):
    """No scenario file can name it."""


class ForgetsAfterAnError(Sound):
    """No finally."""

    @asynccontextmanager
    async def inject(self, port: Port) -> AsyncIterator[Injection]:
        await port.switch(+1)
        yield self.injection(port, port.lost)
        await port.switch(-1)


class Swallows(Sound):
    """Ends the exception of its block."""

    @asynccontextmanager
    async def inject(self, port: Port) -> AsyncIterator[Injection]:
        try:
            await port.switch(+1)
            yield self.injection(port, port.lost)
        except Exception:  # noqa: BLE001, S110 - the defect
            pass
        finally:
            port.off = 0


class NeverHeals(Sound):
    """Leaves it off."""

    @asynccontextmanager
    async def inject(self, port: Port) -> AsyncIterator[Injection]:
        await port.switch(+1)
        yield self.injection(port, port.lost)


class DoesNothing(Sound):
    """Only claims to."""

    @asynccontextmanager
    async def inject(self, port: Port) -> AsyncIterator[Injection]:
        yield self.injection(port, port.lost)


class CountsNothing(Sound):
    """Never bites."""

    def injection(self, port: Port, before: int) -> Injection:
        return Sound.injection(self, port, port.lost + before + 1000)


@pytest.fixture
def registered() -> Iterator[Any]:
    """Enter a class into a catalogue of this test's own."""
    entries, keys = dict(catalogue._ENTRIES), dict(catalogue._KEYS)
    template = next(iter(entries.values()))

    def register(fault: type) -> type:
        key = f"example.{fault.__name__.lower()}"
        catalogue._ENTRIES[key] = dataclasses.replace(template, key=key, fault=fault)
        catalogue._KEYS[fault] = key
        return fault

    yield register
    for stored, before in ((catalogue._ENTRIES, entries), (catalogue._KEYS, keys)):
        stored.clear()
        stored.update(before)  # type: ignore[arg-type] # each its own


async def checked(fault: Any) -> None:
    port = Port()
    await check_fault(fault, port, state=lambda: port.off, provoke=port.send)


async def test_a_sound_fault_is_let_through(registered: Any) -> None:
    await checked(registered(Sound)(times=2))


async def test_the_state_may_be_read_with_await(registered: Any) -> None:
    port = Port()

    async def state() -> int:
        await asyncio.sleep(0)
        return port.off

    await check_fault(registered(Sound)(), port, state=state)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (ForgetsAfterAnError, "not undone when the block raises"),
        (Swallows, "swallows the exception"),
        (NeverHeals, "not undone when the block ends"),
        (DoesNothing, "state\\(\\) is as before"),
        (CountsNothing, "bite\\(\\) must return|counts 0"),
    ],
)
async def test_a_broken_promise_is_named(broken: type, said: str, registered: Any) -> None:
    with pytest.raises(AssertionError, match=said):
        await checked(registered(broken)())


async def test_a_fault_that_no_file_can_name_is_refused() -> None:
    with pytest.raises(AssertionError, match="decorate the class"):
        await checked(Unregistered())


async def test_data_that_can_change_is_refused() -> None:
    @dataclass
    class Loose:
        inject = Sound.inject

    with pytest.raises(AssertionError, match="not frozen data"):
        await checked(Loose())
