"""Faults by hand in a running lab: in force until healed, and written down as a scenario.

inject ──▶ [ in force ] ──heal, or its time is over──▶ healed
└── with the lab's guarantees: shielded, bounded, verified
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from dataclasses import dataclass, field
from typing import Any

import faults
from faults import Bite, Fault, FaultError, Injection, within
from harness.core.clock import Clock
from harness.core.errors import UsageError
from harness.scenario.lab import Lab
from harness.scenario.model import Load, Scenario, Step


@dataclass(slots=True)
class Held:
    """One fault that was injected by hand."""

    id: int
    fault: Fault
    since: float
    """Monotonic seconds."""
    let_go: float | None = None
    """When its cure began; None while it is wanted."""
    until: float | None = None
    """When it was healed; None while it is in force."""
    last_bite: Bite | None = None
    injection: Injection | None = None
    to_heal: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def bite(self) -> Bite | None:
        """What it did so far; None when that cannot be asked now."""
        if self.until is None and self.injection is not None:
            with contextlib.suppress(faults.FaultError):
                self.last_bite = await self.injection.bite()
        return self.last_bite

    async def shown(self, now: float) -> dict[str, Any]:
        """JSON-able."""
        bite = await self.bite()
        return {
            "id": self.id,
            **faults.to_dict(self.fault),
            "in_force": self.until is None,
            "seconds": round((self.until or now) - self.since, 2),
            "bites": None if bite is None else bite.count,
            "what": "" if bite is None else bite.what,
        }


class Incident:
    """Everything that was done to one lab by hand."""

    def __init__(self, lab: Lab, clock: Clock) -> None:
        self._lab = lab
        self._clock = clock
        self._numbers = itertools.count(1)
        self.done: list[Held] = []

    @property
    def in_force(self) -> list[Held]:
        """The faults that are not healed yet."""
        return [held for held in self.done if held.until is None]

    async def inject(self, fault: Fault, lasting_seconds: float | None) -> Held:
        """Put a fault into force; it heals by itself when ``lasting_seconds`` is given.

        Raises:
            FaultUnavailable: this lab cannot supply what it needs.
            InjectionFailed: the world refused it.
        """
        port = self._lab.port_for(fault)
        held = Held(id=next(self._numbers), fault=fault, since=self._clock.now())
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
        self, held: Held, port: object, lasting: float | None, ready: asyncio.Future[None]
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

    async def heal(self, number: int | None = None) -> list[Held]:
        """Heal one fault, or all in reverse order.

        Raises:
            UsageError: no fault in force has this number.
            HealFailed: what is left broken, and the lab is to be thrown away.
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
                failed.append(error)  # the others are healed all the same
        if failed:
            raise failed[0]
        return wanted

    async def ended(self, held: Held) -> None:
        """Return once it is healed; its error comes out here."""
        if held.task is not None:
            await asyncio.shield(held.task)

    async def close(self) -> None:
        """Heal everything; errors are the closing lab's business."""
        for held in reversed(self.in_force):
            held.to_heal.set()
            if held.task is not None:
                await asyncio.wait({held.task})
                held.task.cancelled() or held.task.exception()

    def recorded(self, name: str, load: Load) -> Scenario | None:
        """What was done, as a scenario that starts with the first fault; None for nothing.

        Raises:
            UsageError: it took longer than a scenario may.
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
        story = "Recorded from faults that were injected by hand."
        return Scenario(name=name, story=story, steps=steps, load=load)
