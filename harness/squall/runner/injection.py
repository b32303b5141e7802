"""The faults of a scenario: each at its time, each healed, and the lab intact afterwards."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from squall_faults import Bite, FaultError, FaultUnavailable, HealFailed, within
from squall_faults.catalogue import entry_of, key_of

from squall.core import events
from squall.core.clock import Clock
from squall.core.errors import LabError
from squall.core.groups import ungrouped
from squall.lab.lab import Lab
from squall.scenario.lead import Lead, with_lead
from squall.scenario.model import Scenario
from squall.scenario.step import Step

logger = logging.getLogger(__name__)


async def inject_faults(scenario: Scenario, lab: Lab, clock: Clock, log: events.Listener) -> None:
    """Start every step from now on. Returns when all are healed.

    Raises:
        LabError: a fault was refused or could not be healed, or an effect of one remains.
    """
    steps, lead = scenario.steps, None
    if scenario.amid_requests and steps:
        deadline = lab.profile.contract.deadline_seconds
        lead, steps = with_lead(steps, scenario.load.rate_per_second, deadline)
    zero = clock.now()
    try:
        with ungrouped():
            async with asyncio.TaskGroup() as group:
                if lead is not None:
                    group.create_task(_delay_statements(lead, lab, zero, clock, log))
                for index, step in enumerate(steps):
                    due = zero + step.at_seconds
                    group.create_task(_Injection(index, step, due, clock, log)(lab))
    except FaultError as error:
        raise LabError(_broken(error)) from None
    left = await lab.broken()
    if left:
        raise LabError(f"after the last heal the lab is not whole: {left}")


async def _delay_statements(
    lead: Lead, lab: Lab, zero: float, clock: Clock, log: events.Listener
) -> None:
    """Keep requests between two of their statements until the fault has come."""
    try:
        port = lab.port_for(lead.fault)
    except FaultUnavailable as error:
        logger.debug("no statement is delayed before the fault: %s", error)
        return
    await clock.sleep(zero + lead.at_seconds - clock.now())
    begun = clock.now()
    async with within(lead.fault, port):
        log(events.StatementsDelayed(at=begun, delay_ms=lead.delay_ms))
        await clock.sleep(lead.lasting_seconds)


@dataclass(frozen=True, slots=True)
class _Injection:
    """One step. Events name it by its position in the scenario."""

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
        logger.debug("%s: injecting", key)
        async with within(self.step.fault, port) as injection:
            self.log(self._injected(key, begun))
            await self.clock.sleep(self.step.lasting_seconds)
            bite = await injection.bite()
            lapsed = await injection.lapsed()
            logger.debug("%s: healing", key)
        self.log(self._healed(key, bite, lapsed))

    def _injected(self, key: str, begun: float) -> events.FaultInjected:
        fault = self.step.fault
        return events.FaultInjected(
            at=begun, step=self.index, fault=key, label=self.step.label,
            effect=entry_of(fault).effect.value, proxy=str(getattr(fault, "proxy", "")),
        )  # fmt: skip

    def _healed(self, key: str, bite: Bite, lapsed: str) -> events.FaultHealed:
        return events.FaultHealed(
            at=self.clock.now(),
            step=self.index,
            fault=key,
            bites=bite.count,
            what=bite.what,
            may_miss=self.step.may_miss,
            lapsed=lapsed,
        )


def _broken(error: BaseException) -> str:
    if isinstance(error, HealFailed):
        return f"{error}\n  the lab is thrown away; nothing outside it was touched"
    return str(error)
