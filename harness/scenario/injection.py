"""The faults of a scenario: each at its time, each healed, and the lab whole afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from faults import Bite, FaultError, FaultUnavailable, HealFailed, within
from faults.catalogue import key_of
from harness.core import events
from harness.core.clock import Clock
from harness.core.errors import LabError
from harness.core.groups import ungrouped
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario, Step


async def injected(scenario: Scenario, lab: Lab, clock: Clock, log: events.Listener) -> None:
    """Every step from now on; returns when all are healed.

    Raises:
        LabError: a fault was refused or could not be healed, or something of one is left.
    """
    zero = clock.now()
    try:
        with ungrouped():
            async with asyncio.TaskGroup() as group:
                for index, step in enumerate(scenario.steps):
                    due = zero + step.at_seconds
                    group.create_task(_Injecting(index, step, due, clock, log)(lab))
    except FaultError as error:
        raise LabError(_broken(error)) from None
    left = await lab.broken()
    if left:
        raise LabError(f"after the last heal the lab is not whole: {left}")


@dataclass(frozen=True, slots=True)
class _Injecting:
    """One step; its place in the scenario names it in the events."""

    index: int
    step: Step
    due: float
    clock: Clock
    log: events.Listener

    async def __call__(self, lab: Lab) -> None:
        key = key_of(self.step.fault)
        try:
            port = lab.port_for(self.step.fault)
        except FaultUnavailable as error:
            reason = str(error)
            now = self.clock.now()
            self.log(events.FaultSkipped(at=now, step=self.index, fault=key, reason=reason))
            return
        await self.clock.sleep(self.due - self.clock.now())
        begun = self.clock.now()
        async with within(self.step.fault, port) as injection:
            label = self.step.label
            self.log(events.FaultInjected(at=begun, step=self.index, fault=key, label=label))
            await self.clock.sleep(self.step.lasting_seconds)
            bite = await injection.bite()
        self.log(self._healed(key, bite))

    def _healed(self, key: str, bite: Bite) -> events.FaultHealed:
        return events.FaultHealed(
            at=self.clock.now(),
            step=self.index,
            fault=key,
            bites=bite.count,
            what=bite.what,
            may_miss=self.step.may_miss,
        )


def _broken(error: BaseException) -> str:
    if isinstance(error, HealFailed):
        return f"{error}\n  the lab is thrown away; nothing outside it was touched"
    return str(error)
