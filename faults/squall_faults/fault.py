"""A fault is frozen data with its cure: an ``async with`` that heals on the way out, always.

    enter ──▶ [ in force: bite() tells what it did ] ──▶ exit = heal
      │                                                    │
      └─ shielded: a cancellation during either waits until the world is whole again

A fault class states what it needs (a Protocol of ``squall_faults.ports``) and how to inject; the
guarantees (shielding, time limit, the error that says what is left broken) live here, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from squall_faults.errors import HealFailed

T = TypeVar("T")

HEAL_SECONDS = 25.0
"""A cure that takes longer has failed. Crash recovery of a small server takes well under one; a
Toxiproxy may need 15 to remove a toxic (:data:`squall_faults.toxiproxy_server.CALL_SECONDS`).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """A fault's proof that it did something: how many things, and which."""

    count: int
    what: str


async def _all_there() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault in force. ``bite`` may be asked any time while it is."""

    bite: Callable[[], Awaitable[Bite]]
    lapsed: Callable[[], Awaitable[str]] = _all_there
    """Ask right before the heal: why the fault is no longer in force; empty while it is.

    An engine that restarted, a toxic that was removed or a lease that ran out: what the app did
    from then on says nothing of the fault.
    """


class Fault(Protocol):
    """One thing that goes wrong, with its cure."""

    def inject(self, port: Any, /) -> AbstractAsyncContextManager[Injection]:  # noqa: ANN401 - each fault narrows it to the Protocol that it needs
        """Put the fault into force on entry, undo it on exit; idempotent."""


@runtime_checkable
class Prepared(Protocol):
    """A fault that needs something to be there before it strikes, such as a standby.

    Optional: the runner calls it before the load starts; ``inject`` must do without.
    """

    async def prepare(self, port: Any, /) -> None:  # noqa: ANN401 - as in Fault
        """Have it ready; no change when it is."""


@dataclass(frozen=True, slots=True)
class NoFault:
    """Nothing goes wrong: the control run."""

    @asynccontextmanager
    async def inject(self, _port: object = None) -> AsyncIterator[Injection]:
        """Do nothing, and claim to have bitten nothing."""

        async def bite() -> Bite:
            return Bite(count=0, what="nothing")

        yield Injection(bite)


NO_FAULT = NoFault()


@asynccontextmanager
async def within(
    fault: Fault, port: object, *, heal_seconds: float = HEAL_SECONDS
) -> AsyncIterator[Injection]:
    """Hold ``fault`` in force for the length of the block, and heal it for certain.

    Raises:
        InjectionFailed: the world refused the fault; nothing is left behind.
        HealFailed: the cure raised or took longer than ``heal_seconds``.
    """
    context = fault.inject(port)
    entering = asyncio.ensure_future(_entered(context))
    try:
        injection = await asyncio.shield(entering)
    except asyncio.CancelledError:
        # The injection may be half done on the other side of a socket: let it end, then undo it.
        await asyncio.wait({entering}, timeout=heal_seconds)
        if entering.done() and not entering.cancelled() and entering.exception() is None:
            await _cured(fault, context, heal_seconds)
        raise
    try:
        yield injection
    finally:
        await _cured(fault, context, heal_seconds)


async def _entered(context: AbstractAsyncContextManager[Injection]) -> Injection:
    return await context.__aenter__()


async def _cured(
    fault: Fault, context: AbstractAsyncContextManager[Injection], heal_seconds: float
) -> None:
    try:
        await shielded(_left(context), heal_seconds)
    except TimeoutError:
        raise HealFailed(f"{fault!r} was not undone within {heal_seconds:g} s") from None
    except HealFailed:
        raise
    except Exception as error:
        raise HealFailed(f"{fault!r} could not be undone: {error}") from error


async def _left(context: AbstractAsyncContextManager[Injection]) -> None:
    await context.__aexit__(None, None, None)


async def shielded(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Finish ``work`` even when cancelled meanwhile; the cancellation is delivered afterwards.

    Raises:
        TimeoutError: ``work`` took longer than ``seconds``; it has been cancelled.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    interrupted = False
    while not task.done() and loop.time() < ends:
        try:
            await asyncio.wait({task}, timeout=ends - loop.time())
        except asyncio.CancelledError:
            interrupted = True
    if not task.done():
        task.cancel()
        raise TimeoutError
    if interrupted:
        task.exception()  # mark as seen; the cancellation is the louder fact
        raise asyncio.CancelledError
    return task.result()
