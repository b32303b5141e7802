"""Building blocks for lies in a lab: components that do not act, and actions at a given moment."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import psutil

from squall.core import events
from squall.core.clock import MonotonicClock
from squall.lab.lab import Lab

Deed = Callable[[], Awaitable[object]]

SOON_SECONDS = 0.2
"""Seconds after a fault came into force, well before its heal."""

_UNDER_WAY: set[asyncio.Task[None]] = set()


_BESIDE: list[asyncio.subprocess.Process] = []
"""Programs that were started beside a lab, of which the lab knows nothing."""


async def start_beside(*words: str) -> None:
    """Start a program that is not part of the lab. :func:`end_beside` ends it."""
    _BESIDE.append(await asyncio.create_subprocess_exec(*words))


async def end_beside() -> None:
    """End what :func:`start_beside` started."""
    while _BESIDE:
        process = _BESIDE.pop()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Lying:
    """A component of the lab with some of its methods replaced."""

    def __init__(self, real: object, **instead: Callable[..., Awaitable[object]]) -> None:
        self._real = real
        self._instead = instead

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real part has
        return self._instead.get(name) or getattr(self._real, name)


async def do_nothing(*_: object, **__: object) -> None:
    """Report success without doing anything."""


def replace_port(lab: Lab, wrap: Callable[[Any], object]) -> None:
    """Pass faults the result of ``wrap`` in place of the port that they need."""
    real = lab.port_for
    setattr(lab, "port_for", lambda fault: wrap(real(fault)))  # noqa: B010 - a method is replaced


def at_first(kind: type[events.Event], deed: Deed, *, after: float = 0.0) -> events.Listener:
    """Run it once, ``after`` seconds after the first event of a kind."""
    done: list[bool] = []

    async def later() -> None:
        await asyncio.sleep(after)
        await deed()

    def listen(event: events.Event) -> None:
        if isinstance(event, kind) and not done:
            done.append(True)
            task = asyncio.ensure_future(later())
            _UNDER_WAY.add(task)
            task.add_done_callback(_UNDER_WAY.discard)

    return listen


def send_to_child(number: int, *words: str) -> None:
    """Send a signal to a child process without Squall's own bookkeeping."""
    for child in psutil.Process().children(recursive=True):
        line = " ".join(child.cmdline())
        if all(word in line for word in words):
            os.kill(child.pid, number)
            return
    raise LookupError(f"no child process has {words} in its command line")


async def kill_child(*words: str) -> None:
    """SIGKILL."""
    send_to_child(signal.SIGKILL, *words)


class FastClock(MonotonicClock):
    """A clock that runs ten times as fast: a sleep of a second takes a tenth of it."""

    def __init__(self) -> None:
        self._start = super().now()

    def now(self) -> float:
        """Ten times the real distance from the start."""
        return self._start + 10 * (super().now() - self._start)

    async def sleep(self, seconds: float) -> None:
        """Sleep for a tenth of the time."""
        await super().sleep(seconds / 10)
