"""Samples before and after the load of a run, in addition to the requests themselves."""

from __future__ import annotations

from dataclasses import replace

from squall.core import events
from squall.core.clock import Clock
from squall.history.evidence import Contract
from squall.lab.capacity import needs_probe, probe_capacity
from squall.lab.committed import CommitRecorder
from squall.lab.lab import Lab
from squall.lab.limits_in_force import limits_stay, use_each_session
from squall.lab.named_series import look_for_named_series
from squall.lab.pending_work import PendingWork
from squall.lab.places import PlacesProbe
from squall.lab.polls import PollProbe
from squall.lab.refused_statements import RefusedStatements
from squall.lab.rest import RestProbe
from squall.lab.updates_in_calm import UpdatesProbe
from squall.lab.upstream_record import UpstreamRecord
from squall.lab.writes_in_calm import WritesInCalm
from squall.workload.plan import LoadPlan, WorkloadReport


class Surroundings:
    """The app at rest, its commits, the work it still has to do, and how it ended when told to."""

    def __init__(
        self, lab: Lab, clock: Clock, log: events.Listener, *, places: bool = False
    ) -> None:
        """``places``: whether to count the places of the app's pool, which takes seconds."""
        self._lab = lab
        self._clock = clock
        self._log = log
        self._rest = RestProbe(lab, clock, log)
        self._polls = PollProbe(lab, clock, log)
        self._commits = CommitRecorder(lab, clock, log)
        self._work = PendingWork(lab, clock, log)
        self._updates = UpdatesProbe(lab, clock, log)
        self._writes = WritesInCalm(lab, clock)
        self._places = PlacesProbe(lab, clock, log) if places else None
        self._upstreams = UpstreamRecord(lab, clock, log)
        self._refused = RefusedStatements(lab, clock, log)
        self._terminations = len(lab.app.terminations)
        self._copies = len(lab.copies.seen)

    async def look_before(self, plan: LoadPlan, calm_seconds: float) -> None:
        """Sample before the load; ``calm_seconds`` of it pass before the fault."""
        if self._places is not None:
            await self._places.look_before(plan)
        await self._updates.look_before(plan)
        await self._writes.look_before(plan, calm_seconds)
        await self._upstreams.look_before()
        await self._refused.look_before()
        await self._work.look_before()
        await self._rest.look_before()
        await self._polls.look_before()
        await self._commits.begin()

    async def look_after(
        self, plan: LoadPlan, report: WorkloadReport, happened: list[events.Event]
    ) -> None:
        """Sample after the load, when the faults are healed."""
        for end in self._lab.app.terminations[self._terminations :]:
            self._log(events.AppTerminated(at=self._clock.now(), **end._asdict()))
        for copy in self._lab.copies.seen[self._copies :]:
            self._log(replace(copy, at=self._clock.now()))
        await self._upstreams.look_after()
        await self._refused.look_after()
        await self._work.look_after()
        await self._rest.look_after(report.ops)
        if limits_stay(happened):
            await use_each_session(self._lab, self._clock, plan, self._log)
        await look_for_named_series(self._lab, self._clock, self._log, report.ops)
        await self._polls.look_after()
        contract: Contract = self._lab.profile.contract
        if needs_probe(happened, contract):
            await probe_capacity(self._lab, self._clock, plan, self._log)
        if self._places is not None:
            await self._places.look_after(plan)
        await self._commits.read(plan.run_id, report.ops)
