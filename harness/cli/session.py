"""What ``check`` and ``run`` share: labs, scenarios, reports, and the exit code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.checkers.verdict import Verdict, worst
from harness.core.errors import ExitCode, NothingRan, UsageError
from harness.core.groups import ungrouped
from harness.reports import github
from harness.reports.files import RunDirectory
from harness.reports.terminal import Terminal
from harness.scenario.conclusive import conclusive
from harness.scenario.lab import LabOptions, lab
from harness.scenario.model import Scenario
from harness.scenario.runner import Run, Runner

EXIT = {
    Verdict.PASS: ExitCode.PASS,
    Verdict.FAIL: ExitCode.FAIL,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run."""

    scenarios: Sequence[Scenario]
    options: LabOptions
    jobs: int
    directory: Path
    reproduce: str
    """The command line that repeats one scenario, with ``{name}``."""
    paired: bool = False
    """Whether each outage has a control arm: a run without the fault before it."""
    github: bool = False
    """Whether GitHub Actions is to get annotations and a job summary."""


def execute(job: Job, terminal: Terminal) -> ExitCode:
    """Run everything, print the table, write the files; Ctrl-C heals and cleans up first."""
    if not job.scenarios:
        raise NothingRan("no outage was left to run; see: squall check --list")
    if job.options.provider == "compose" and job.jobs > 1:
        raise UsageError("--provider compose has one lab: leave out --jobs")
    if job.options.attach is not None and job.jobs > 1:
        raise UsageError("an app that runs already is one app: leave out --jobs")
    files = RunDirectory(job.directory, job.reproduce)
    terminal.begin(job.options.seed, job.options.engine, job.options.profile.name)
    if job.options.attach is not None:
        terminal.attached(job.options.attach.database_for_the_app)
    runs = asyncio.run(_until_interrupted(job, terminal, files))
    if not runs:
        raise NothingRan("every outage was skipped; the reasons stand above")
    terminal.table(runs, job.reproduce)
    reported = files.write_reports(runs)
    if job.github:
        github.announce(reported, os.environ)
    terminal.end(runs, files.path)
    return EXIT[worst(run.verdict for run in runs)]


async def _until_interrupted(job: Job, terminal: Terminal, files: RunDirectory) -> list[Run]:
    """SIGTERM means the same as Ctrl-C: undo, clean up, leave."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    return await _all(job, terminal, files)


def _in_turn(job: Job) -> list[tuple[int, Scenario]]:
    """Places in the table and scenarios; several labs take the longest first, to end together."""
    numbered = list(enumerate(job.scenarios))
    if job.jobs > 1:
        numbered.sort(key=lambda pair: -pair[1].planned_seconds)
    return numbered


async def _all(job: Job, terminal: Terminal, files: RunDirectory) -> list[Run]:
    """Share the scenarios among ``jobs`` labs."""
    waiting = _in_turn(job)
    done: dict[int, Run] = {}

    async def work() -> None:
        async with lab(job.options) as running:
            terminal.lab_is_up(running)
            runner = Runner(running)
            while waiting:
                index, scenario = waiting.pop(0)
                lacks = running.lacks(scenario)
                if lacks:
                    terminal.skipped(scenario, lacks)
                    continue
                with terminal.watching(scenario) as listener:
                    run = await conclusive(
                        runner,
                        scenario,
                        seed=job.options.seed,
                        listener=listener,
                        paired=job.paired,
                        again=terminal.once_more,
                    )
                done[index] = run
                terminal.finished(run)
                # In a thread: another lab's run must not wait for files.
                await asyncio.to_thread(files.write_run, run, running)

    with ungrouped():
        async with asyncio.TaskGroup() as group:
            for _ in range(min(job.jobs, len(job.scenarios))):
                group.create_task(work())
    return [done[index] for index in sorted(done)]
