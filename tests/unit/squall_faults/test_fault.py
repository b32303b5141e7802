"""The guarantees that every fault gets: healed for certain, in time, or a loud error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from squall_faults import NO_FAULT, Bite, HealFailed, Injection, within


async def _bit() -> Bite:
    return Bite(count=1, what="things broken")


@dataclass
class Fake:
    """A fault that writes down what happens to it."""

    name: str = "fake"
    log: list[str] = field(default_factory=list)
    heal_takes: float = 0.0
    inject_takes: float = 0.0
    heal_error: Exception | None = None

    @asynccontextmanager
    async def inject(self, _port: object) -> AsyncIterator[Injection]:
        await asyncio.sleep(self.inject_takes)
        self.log.append(f"{self.name} injected")
        yield Injection(_bit)
        await asyncio.sleep(self.heal_takes)
        if self.heal_error:
            raise self.heal_error
        self.log.append(f"{self.name} healed")


async def test_a_fault_is_healed_when_the_block_raises() -> None:
    fault = Fake()
    with pytest.raises(KeyError):
        async with within(fault, None):
            raise KeyError
    assert fault.log == ["fake injected", "fake healed"]


async def test_a_cancelled_block_is_left_only_after_the_cure() -> None:
    fault = Fake(heal_takes=0.05)
    inside = asyncio.Event()

    async def hold() -> None:
        async with within(fault, None):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fault.log == ["fake injected", "fake healed"]


async def test_a_second_cancellation_does_not_cut_the_cure() -> None:
    fault = Fake(heal_takes=0.05)
    inside = asyncio.Event()

    async def hold() -> None:
        async with within(fault, None):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fault.log[-1] == "fake healed"


async def test_a_cancellation_during_the_injection_undoes_it() -> None:
    fault = Fake(inject_takes=0.05)

    async def hold() -> None:
        async with within(fault, None):
            pytest.fail("must not be entered")

    task = asyncio.create_task(hold())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fault.log == ["fake injected", "fake healed"]


@pytest.mark.parametrize(
    "fault", [Fake(heal_takes=60), Fake(heal_error=ValueError("no"))], ids=["too slow", "raises"]
)
async def test_a_remedy_that_fails_is_told(fault: Fake) -> None:
    with pytest.raises(HealFailed):
        async with within(fault, None, heal_seconds=0.05):
            pass


async def test_no_fault_bites_nothing() -> None:
    async with within(NO_FAULT, None) as injection:
        assert (await injection.bite()).count == 0
