"""The outages of one command, shared among its labs.

    outage ──▶ lab ──▶ run
                └─ broken ──▶ a new lab: the outage once more, then the others

A fault that cannot be healed leaves nothing to trust in its lab. It must not hide what the other
outages say: they go on in a new lab, and the command ends with exit code 3 all the same. So does
the outage after one that the app did not recover from: what one did to it, the next is not blamed
for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.errors import LabError
from harness.core.groups import ungrouped
from harness.reports.files import RunDirectory
from harness.reports.terminal import Terminal
from harness.scenario.conclusive import conclusive
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions
from harness.scenario.model import Scenario
from harness.scenario.outcome import Aside, Broken, Run, Skipped
from harness.scenario.runner import Runner

MOST_BROKEN = 3
"""After so many broken labs the next one would not fare better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run."""

    scenarios: Sequence[Scenario]
    options: LabOptions
    jobs: int
    directory: Path
    reproduce: str
    """The command line that repeats one scenario, with ``{name}``."""
    skipped: Sequence[Skipped] = ()
    """Outages that somebody has chosen to leave out."""
    paired: bool = False
    """Whether each outage has a control arm: a run without the fault before it."""
    github: bool = False
    """Whether GitHub Actions is to get annotations and a job summary."""


@dataclass(slots=True)
class Queue:
    """What the labs of a command take from, and put into."""

    waiting: list[tuple[int, Scenario]]
    """Places in the table, and scenarios."""
    done: dict[int, Run] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @classmethod
    def of(cls, job: Job) -> Queue:
        """In the order of the table; several labs take the longest first, to end together."""
        numbered = list(enumerate(job.scenarios))
        if job.jobs > 1:
            numbered.sort(key=lambda pair: -pair[1].planned_seconds)
        return cls(numbered, skipped=list(job.skipped))

    @property
    def aside(self) -> Aside:
        """What is to be told besides the runs."""
        return Aside(broken=self.broken, skipped=self.skipped)

    @property
    def runs(self) -> list[Run]:
        """Those that have their verdict, in the order of the table."""
        return [self.done[number] for number in sorted(self.done)]

    def broke(self, number: int, scenario: Scenario, error: LabError) -> Broken:
        """An outage left its lab broken: it is tried once more, unless too many did."""
        known = {one.scenario.name for one in self.broken}
        hopeless = len(self.broken) + 1 >= MOST_BROKEN
        again = scenario.name not in known and not hopeless
        if again:
            self.waiting.insert(0, (number, scenario))
        told = Broken(scenario=scenario, reason=str(error), again=again)
        self.broken.append(told)
        if hopeless:
            self.broken += [_left_out(each) for _, each in self.waiting]
            self.waiting.clear()
        return told


def _left_out(scenario: Scenario) -> Broken:
    return Broken(scenario=scenario, reason=f"not run: {MOST_BROKEN} labs were broken before")


async def run_all(job: Job, terminal: Terminal, files: RunDirectory) -> Queue:
    """Every scenario in one of ``jobs`` labs.

    Raises:
        LabError: a lab did not start, or one broke that cannot be replaced.
    """
    queue = Queue.of(job)
    for skipped in queue.skipped:
        terminal.skipped(skipped)

    async def work() -> None:
        first = True
        while queue.waiting:
            async with lab(job.options) as running:
                terminal.lab_is_up(running) if first else terminal.lab_is_new()
                first = False
                await _in_one_lab(job, queue, running, terminal, files)

    with ungrouped():
        async with asyncio.TaskGroup() as group:
            for _ in range(min(job.jobs, len(job.scenarios))):
                group.create_task(work())
    return queue


async def _in_one_lab(
    job: Job, queue: Queue, running: Lab, terminal: Terminal, files: RunDirectory
) -> None:
    """Until nothing waits, or the lab can prove nothing more."""
    runner, used = Runner(running), False
    while queue.waiting:
        number, scenario = queue.waiting.pop(0)
        if lacks := running.lacks(scenario):
            queue.skipped.append(Skipped(scenario=scenario, reason=lacks))
            terminal.skipped(queue.skipped[-1])
            continue
        try:
            run = await _one(job, runner, scenario, terminal)
        except LabError as error:
            if not job.options.can_start_anew:
                raise
            terminal.broke(queue.broke(number, scenario, error))
            return
        if used and run.ill_before and job.options.can_start_anew:
            terminal.ill_before(run)
            queue.waiting.insert(0, (number, scenario))
            return
        used, queue.done[number] = True, run
        await _told(run, running, terminal, files)
        if run.spends_its_lab and job.options.can_start_anew:
            return


async def _told(run: Run, running: Lab, terminal: Terminal, files: RunDirectory) -> None:
    """Its line, and its files: in a thread, for another lab's run must not wait for them."""
    terminal.finished(run)
    await asyncio.to_thread(files.write_run, run, running)


async def _one(job: Job, runner: Runner, scenario: Scenario, terminal: Terminal) -> Run:
    with terminal.watching(scenario) as listener:
        return await conclusive(
            runner,
            scenario,
            seed=job.options.seed,
            listener=listener,
            paired=job.paired,
            again=terminal.once_more,
        )
