"""Faults injected interactively: in force until healed, and recorded as a scenario.

inject ──▶ [ in force ] ──heal, or its time is over──▶ healed
└── with the lab's guarantees: shielded, bounded, verified
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field
from typing import Any

import squall_faults as faults
from squall_faults import Bite, Fault, FaultError, Injection, within

from squall.core.clock import Clock
from squall.core.errors import UsageError
from squall.lab.lab import Lab
from squall.scenario.model import Load, Scenario
from squall.scenario.step import Step


@dataclass(slots=True)
class ActiveFault:
    """One fault that was injected interactively."""

    id: int
    fault: Fault
    since: float
    """Monotonic seconds."""
    let_go: float | None = None
    """When its heal began; None before that."""
    until: float | None = None
    """When it was healed; None while it is in force."""
    last_bite: Bite | None = None
    injection: Injection | None = None
    lapsed: str = ""
    """Why it was no longer in force at the last check; empty while it was."""
    to_heal: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def bite(self) -> Bite | None:
        """What it has done so far; None if that cannot be read now."""
        if self.until is None and self.injection is not None:
            with contextlib.suppress(faults.FaultError):
                self.lapsed = await self.injection.lapsed()
                self.last_bite = await self.injection.bite()
        return self.last_bite

    async def shown(self, now: float) -> dict[str, Any]:
        """A value that can be written as JSON."""
        bite = await self.bite()
        return {
            "id": self.id,
            **faults.to_dict(self.fault),
            "in_force": self.until is None,
            "lapsed": self.lapsed,
            "seconds": round((self.until or now) - self.since, 2),
            "bites": None if bite is None else bite.count,
            "what": "" if bite is None else bite.what,
        }


class Recorder:
    """Everything that was injected into one lab interactively."""

    def __init__(self, lab: Lab, clock: Clock) -> None:
        self._lab = lab
        self._clock = clock
        self._numbers = itertools.count(1)
        self.done: list[ActiveFault] = []

    @property
    def in_force(self) -> list[ActiveFault]:
        """The faults that are not healed yet."""
        return [held for held in self.done if held.until is None]

    async def inject(self, fault: Fault, lasting_seconds: float | None) -> ActiveFault:
        """Put a fault into force. If ``lasting_seconds`` is given, it is healed after that time.

        Raises:
            FaultUnavailable: this lab cannot supply what it needs.
            InjectionFailed: the fault could not be put into force.
        """
        port = self._lab.port_for(fault)
        held = ActiveFault(id=next(self._numbers), fault=fault, since=self._clock.now())
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        held.task = asyncio.create_task(self._hold(held, port, lasting_seconds, ready))
        try:
            await asyncio.wait({ready, held.task}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            held.to_heal.set()
            raise
        if held.task.done():
            held.task.result()
        self.done.append(held)
        return held

    async def _hold(
        self, held: ActiveFault, port: object, lasting: float | None, ready: asyncio.Future[None]
    ) -> None:
        try:
            async with within(held.fault, port) as held.injection:
                if not ready.done():
                    ready.set_result(None)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(lasting):
                        await held.to_heal.wait()
                held.let_go = self._clock.now()
                await held.bite()
        finally:
            held.until = self._clock.now()

    async def heal(self, number: int | None = None) -> list[ActiveFault]:
        """Heal one fault, or all in reverse order.

        Raises:
            UsageError: no fault in force has this number.
            HealFailed: something is still broken, and the lab must be thrown away.
        """
        wanted = [held for held in self.in_force if number in (None, held.id)]
        if number is not None and not wanted:
            there = ", ".join(str(held.id) for held in self.in_force) or "none"
            raise UsageError(f"no fault {number} is in force; in force: {there}")
        failed: list[FaultError] = []
        for held in reversed(wanted):
            held.to_heal.set()
            try:
                await self.ended(held)
            except FaultError as error:
                failed.append(error)  # the others are healed anyway
        if failed:
            raise failed[0]
        return wanted

    async def ended(self, held: ActiveFault) -> None:
        """Return when the fault is healed. Its error is raised here."""
        if held.task is not None:
            await asyncio.shield(held.task)

    async def close(self) -> None:
        """Heal everything. Errors are handled by the lab that closes."""
        for held in reversed(self.in_force):
            held.to_heal.set()
            if held.task is not None:
                await asyncio.wait({held.task})
                held.task.cancelled() or held.task.exception()

    def recorded(self, name: str, load: Load, story: str = "") -> Scenario | None:
        """The recorded faults as a scenario that starts with the first fault; None if there are
        none.

        Its windows are long enough for a verdict with this load.

        Raises:
            UsageError: the recording is longer than a scenario may be.
        """
        if not self.done:
            return None
        zero = self.done[0].since
        now = self._clock.now()
        steps = tuple(
            Step(
                at_seconds=round(held.since - zero, 2),
                fault=held.fault,
                lasting_seconds=round((held.let_go or now) - held.since, 2),
            )
            for held in self.done
        )
        told = story or "Recorded from faults that were injected by hand."
        return Scenario(name=name, story=told, steps=steps).under(load)
