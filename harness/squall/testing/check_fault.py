"""Check that a custom fault keeps the promises on which a run relies."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from squall_faults import Fault, InvalidFault, from_dict, to_dict, within

State = Callable[[], Any]
"""What the fault changes, read from the port. An ``async`` function is awaited."""

CANCEL_POINTS = 25
"""Maximum number of points at which an injection is cancelled; one with fewer ends before."""

HEAL_SECONDS = 2.0


async def check_fault(
    fault: Fault,
    port: object,
    *,
    state: State,
    provoke: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Put ``fault`` into force at ``port`` and heal it in every way that a run can.

    ``state`` returns what the fault changes. It must differ while the fault is in force, and
    afterwards be what it was before, whether the block ends normally, raises, or is cancelled.
    ``provoke`` does something that the fault affects: then the bite must be at least 1.

    Raises:
        AssertionError: the fault breaks a promise; the message says which, and what to do.
    """
    _check_data(fault)
    whole = await _read(state)
    for _ in range(2):
        await _check_normal_end(fault, port, state, provoke)
        await _expect(state, whole, "the block ends", "undo the fault in a finally")
    await _check_error_passes(fault, port)
    await _expect(state, whole, "the block raises", "undo the fault in a finally")
    await _check_cancelled_in_force(fault, port)
    await _expect(state, whole, "the run is cancelled", "undo the fault in a finally")
    for point in range(CANCEL_POINTS):
        await _cancel_after(fault, port, point)
        advice = "enter the try block before the first change"
        await _expect(state, whole, f"the injection is cancelled at await {point}", advice)


def _check_data(fault: Fault) -> None:
    kind = type(fault)
    if not getattr(getattr(kind, "__dataclass_params__", None), "frozen", False):
        raise AssertionError(f"{kind.__name__} is not frozen data: @dataclass(frozen=True)")
    try:
        again = from_dict(to_dict(fault))
    except InvalidFault as error:
        raise AssertionError(f"{error}: decorate the class with faults.register(…)") from error
    if again != fault:
        raise AssertionError(f"a scenario file cannot hold {fault!r}: read back, it is {again!r}")


async def _check_normal_end(
    fault: Fault, port: object, state: State, provoke: Callable[[], Awaitable[object]] | None
) -> None:
    before = await _read(state)
    async with within(fault, port, heal_seconds=HEAL_SECONDS) as injection:
        if await _read(state) == before:
            raise AssertionError(f"{fault!r} is in force, and state() is as before: {before!r}")
        if provoke is not None:
            await provoke()
        bites = [await injection.bite(), await injection.bite()]
        if any(bite.count < 0 or not bite.what for bite in bites):
            raise AssertionError(f"bite() must return Bite(count=…, what=…), got {bites[0]!r}")
        if provoke is not None and bites[0].count < 1:
            raise AssertionError("bite() counts 0 after provoke(): count what the fault did")


async def _check_error_passes(fault: Fault, port: object) -> None:
    planned = RuntimeError("raised by check_fault")
    try:
        await _raise_in_block(fault, port, planned)
    except RuntimeError as error:
        if error is planned:
            return
        raise
    raise AssertionError(f"{fault!r} swallows the exception of its block: let it pass")


async def _raise_in_block(fault: Fault, port: object, error: Exception) -> None:
    async with fault.inject(port):
        raise error


async def _check_cancelled_in_force(fault: Fault, port: object) -> None:
    entered = asyncio.Event()

    async def hold() -> None:
        async with within(fault, port, heal_seconds=HEAL_SECONDS):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(hold())
    await asyncio.wait({task, waiting := asyncio.ensure_future(entered.wait())},
                       timeout=HEAL_SECONDS, return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
    waiting.cancel()
    await _cancel(task)


async def _cancel_after(fault: Fault, port: object, turns: int) -> None:
    async def hold() -> None:
        async with within(fault, port, heal_seconds=HEAL_SECONDS):
            await asyncio.sleep(0)

    task = asyncio.ensure_future(hold())
    for _ in range(turns):
        await asyncio.sleep(0)
    await _cancel(task)


async def _cancel(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=2 * HEAL_SECONDS)
    if not task.done():
        raise AssertionError("a cancelled fault does not end: bound every wait in it")
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


async def _read(state: State) -> Any:  # noqa: ANN401 - whatever the writer compares
    value = state()
    return await value if inspect.isawaitable(value) else value


async def _expect(state: State, whole: object, when: str, advice: str) -> None:
    found = await _read(state)
    if found != whole:
        raise AssertionError(
            f"the fault is not undone when {when}: state() was {whole!r} and is {found!r}; {advice}"
        )
