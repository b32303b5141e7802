"""A few seconds of load without a fault, before the first outage, to find the app's capacity.

10/s ─▶ calm? ──yes──▶ 20/s ─▶ calm? ──yes──▶ … ──no──▶ once more ──no──▶ half of what was borne
429 ─▶ from many addresses, else as often as allowed        5xx ─▶ left out: fails without a fault
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from squall.config.profile import AppProfile
from squall.core.ids import lab_id
from squall.history.coverage import Coverage
from squall.history.op import Op
from squall.lab.client_addresses import NOTE, from_many_addresses
from squall.lab.components import AppComponent
from squall.lab.database_use import refuse_untouched
from squall.lab.discovery import Discovery
from squall.lab.left_out import with_notes, without_operations
from squall.lab.rate_limits import is_limited, slow_down_limited
from squall.lab.warm_answers import calm, failing, fails, is_refused
from squall.workload.generator import Workload
from squall.workload.operations import Operation, with_equal_bodies
from squall.workload.plan import LoadPlan

USUAL_RATE = 80.0
LEAST_RATE = 5.0
SLOWEST_RATE = 3.0
"""For an app that needs a large part of a second for each request. Windows grow as the rate falls.
"""
BUSY_SHARE = 0.5
STEPS = (10.0, 20.0, 40.0, 80.0, 160.0)
"""Up to twice the usual rate, so that an outage's load is half of what the app sustains."""

LOW_RATE = 20.0
"""An operation that fails at this rate fails at every rate."""

MAX_SETTLING = 12
"""Rounds, of a deadline each if nothing answers: a pool's own limit is often half a minute."""
FEW_ROUNDS = 3
JAMMED = "load: the app did not become calm again after more than it bears, without any fault"
ROUND_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """The result of the warm-up."""

    profile: AppProfile
    coverage: Coverage
    rate_per_second: float
    """The rate that the app sustains, at most the usual rate."""


async def warm_up(
    workload: Workload, discovery: Discovery, base_url: str, app: AppComponent
) -> Warmed:
    """Find the rate, and the operations that fail at it, within about three seconds.

    A rate that was not borne is tried once more, if the app is calm again at once: a pause of the
    machine makes half of a short round late, and the load of all outages depends on it. An app
    that stays jammed by a rate that was too high is started again: no outage would find it well.

    Raises:
        LabError: what the load leaves out was all that touches the database; or the app does not
            start again.
    """
    ramp = _Ramp(workload, base_url, discovery)
    await ramp.climb()
    if ramp.jammed and ramp.borne and discovery.profile.contract.process_known:
        await app.crash()
        await app.revive()
        await app.ensure()
        await ramp.settle(FEW_ROUNDS)
    rate = max(ramp.least_rate, min(USUAL_RATE, ramp.borne / 2))
    notes = ramp.coverage.notes + ((JAMMED,) if ramp.jammed else ())
    if rate < USUAL_RATE:
        notes += (f"load: {rate:g} requests/s, half of what is answered quickly",)
    profile = dataclasses.replace(discovery.profile, operations=ramp.operations)
    coverage = dataclasses.replace(ramp.coverage, notes=notes)
    refuse_untouched(profile, coverage)
    return Warmed(profile=profile, coverage=coverage, rate_per_second=rate)


class _Ramp:
    """Rounds of load, each with twice the rate of the one before, and their results."""

    def __init__(self, workload: Workload, base_url: str, discovery: Discovery) -> None:
        profile = discovery.profile
        self._workload, self._base_url, self._profile = workload, base_url, profile
        self.coverage = coverage = discovery.coverage
        self._spares = dict(discovery.spares)
        self.operations = profile.operations
        self.steps = list(STEPS)
        self.borne = 0.0
        self.jammed = False
        """Whether the last rate was so high that the app did not become calm again."""
        self._doubted: set[float] = set()
        """Rates that were not borne once."""
        self._rate = 0.0
        self._seen: list[Op] = []
        self._may_use_addresses = profile.contract.process_known and NOTE not in coverage.notes

    async def climb(self) -> None:
        """Raise the rate until it is not borne."""
        while self.steps:
            ops = await self.run(self.steps[0])
            if self.leave_out(await self.without_haste(ops)):
                continue
            if failing(self.operations, ops, fails) or not calm(ops, self.coverage):
                rounds = await self.settle()
                self.jammed = rounds > MAX_SETTLING
                if not (rounds == 1 and self._may_try_again(self.steps[0])):
                    return
                continue
            self.borne = self.steps.pop(0)

    def _may_try_again(self, rate: float) -> bool:
        """Once for each rate; more than the usual load is not asked for again."""
        first = rate not in self._doubted
        self._doubted.add(rate)
        return first and rate <= USUAL_RATE

    async def run(self, rate: float) -> Sequence[Op]:
        """Run one round. Operations that answer 429 are slowed down."""
        self._rate = rate
        ops = await self._run(self.operations)
        if self._may_use_addresses and is_limited(ops):
            ops = await self._from_addresses(ops)
        self._seen += ops
        self.operations, self.coverage = slow_down_limited(self.operations, self.coverage, ops)
        return ops

    async def _from_addresses(self, ops: Sequence[Op]) -> Sequence[Op]:
        """Run the round again from many addresses, once; the answers that count."""
        self._may_use_addresses = False
        own = from_many_addresses(self.operations)
        again = await self._run(own)
        if is_limited(again):
            return ops
        self.operations = own
        self.coverage = dataclasses.replace(self.coverage, notes=(*self.coverage.notes, NOTE))
        return again

    async def _run(self, operations: tuple[Operation, ...]) -> Sequence[Op]:
        plan = _plan(self._profile, operations, self._base_url, self._rate)
        return await _run(self._workload, plan)

    async def without_haste(self, ops: Sequence[Op]) -> Sequence[Op]:
        """The answers; if some did not come, those at the lowest rate: the app may only be slow."""
        rate, silent = self._rate, [op for op in ops if op.status is None]
        if rate > LOW_RATE or not failing(self.operations, silent, fails):
            return ops
        await self.settle(FEW_ROUNDS)
        again = await self.run(LEAST_RATE)
        self._rate = rate
        return [*(op for op in ops if op.status is not None), *again]

    @property
    def least_rate(self) -> float:
        """The lowest rate; less for an app that is busy for half of the time with slow requests."""
        calm = {one.name: one.median_seconds or 0.0 for one in self.coverage.operations}
        weights = sum(one.weight for one in self.operations) or 1
        mean = sum(one.weight * calm.get(one.name, 0.0) for one in self.operations) / weights
        if self.borne or not mean:
            return LEAST_RATE
        return min(LEAST_RATE, max(SLOWEST_RATE, BUSY_SHARE / mean))

    def leave_out(self, ops: Sequence[Op]) -> bool:
        """Leave out operations that fail at every rate, unless none would remain. Returns whether
        any did.

        An operation that is refused is refused at every rate; one that fails at a high rate may
        succeed at a lower one.
        """
        useless = failing(self.operations, self._seen, is_refused)
        if self._with_equal_bodies(useless) or self._replace(useless):
            return True
        if self._rate <= LOW_RATE:
            useless |= failing(self.operations, ops, fails)
        if self._with_equal_bodies(useless):
            return True
        if not useless or len(useless) == len(self.operations):
            return False
        self.operations = tuple(one for one in self.operations if one.name not in useless)
        self.coverage = without_operations(self.coverage, useless)
        return True

    def _replace(self, refused: Mapping[str, str]) -> bool:
        """Put spares in the place of refused operations. Returns whether there were any."""
        spares = {name: self._spares.pop(name) for name in refused if name in self._spares}
        self.operations = tuple(spares.get(one.name, one) for one in self.operations)
        self._seen = [op for op in self._seen if op.name not in spares]
        self.coverage = with_notes(self.coverage, spares)
        return bool(spares)

    def _with_equal_bodies(self, useless: Collection[str]) -> bool:
        """Take back that bodies of these operations differ. Returns whether any did."""
        differ = {one.name for one in self.operations if one.plain_bodies and one.name in useless}
        self.operations = with_equal_bodies(self.operations, differ)
        self._seen = [op for op in self._seen if op.name not in differ]
        return bool(differ)

    async def settle(self, rounds: int = MAX_SETTLING) -> int:
        """Let the app recover from a rate that was too high. Returns how many rounds it took."""
        for number in range(1, rounds + 1):
            if calm(await self.run(LEAST_RATE), self.coverage):
                return number
        return rounds + 1


def _plan(
    profile: AppProfile, operations: tuple[Operation, ...], base_url: str, rate: float
) -> LoadPlan:
    return LoadPlan(
        base_url=base_url,
        operations=operations,
        rate_per_second=rate,
        arrivals="jittered",
        seed=0,
        run_id=f"warm-{lab_id()}",
        start_at=time.monotonic(),
        max_seconds=ROUND_SECONDS,
        timeout_seconds=profile.contract.deadline_seconds,
        refused_statuses=profile.refused_statuses,
    )


async def _run(workload: Workload, plan: LoadPlan) -> Sequence[Op]:
    await workload.start(plan)
    await workload.wait_until_ended()
    return (await workload.stop(time.monotonic())).ops
