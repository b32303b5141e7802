"""What ``check``, ``run`` and ``replay`` share: the suite, its listeners, and the exit code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.cli.isolate import isolate, start_lines, written_files
from squall.cli.options import OUTPUT
from squall.cli.signals import end_on_signals
from squall.core.errors import ExitCode, LabError, NothingRan, UsageError
from squall.gates.verdict import Verdict
from squall.lab.lab_options import LabOptions
from squall.reports import github
from squall.reports.retention import remove_old_runs
from squall.reports.run_directory import RunDirectory
from squall.reports.shard_record import ShardRecord
from squall.reports.terminal import Terminal
from squall.runner.overall_verdict import overall_verdict
from squall.runner.suite import Suite
from squall.runner.suite_events import SuiteGroup, SuiteListener, SuiteResult
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

EXIT = {
    Verdict.PASS: ExitCode.PASS,
    Verdict.FAIL: ExitCode.FAIL,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a command is to run."""

    scenarios: Sequence[Scenario]
    options: LabOptions
    jobs: int
    jobs_if_busy: int | None = None
    """Labs that remain if the machine is too busy for more; None: all of them."""
    time_limit: float | None = None
    """Seconds after which no outage starts any more; None: all of them run."""
    directory: Path
    reproduce: str
    """The command line that repeats one scenario, with the placeholder ``{name}``."""
    skipped: Sequence[Skipped] = ()
    """Outages that were skipped by choice."""
    paired: bool = False
    """Whether each outage has a control arm: a run without the fault before it."""
    shard: ShardRecord | None = None
    """Which part of a check the scenarios are; None: all of it."""
    github: bool = False
    """Whether to write annotations and a job summary for GitHub Actions."""


def run_suite_command(job: Job, terminal: Terminal) -> ExitCode:
    """Run everything, print the table, write the files. Ctrl-C heals and cleans up first."""
    if not job.scenarios:
        left = "every outage is left out by --skip or [tool.squall.skip]; " * bool(job.skipped)
        raise NothingRan(f"{left}no outage was left to run; see: squall check --list")
    if job.options.provider == "compose" and job.jobs > 1:
        raise UsageError("--provider compose has one lab: leave out --jobs")
    if job.options.attach is not None and job.jobs > 1:
        raise UsageError("an app that runs already is one app: leave out --jobs")
    files = RunDirectory(job.directory, job.reproduce, job.shard)
    isolate(job.options)
    terminal.notes([*([job.shard.label] if job.shard else []), *start_lines(job.options)])
    try:
        if job.directory.parent == OUTPUT:
            remove_old_runs(OUTPUT)
        with written_files(job.options, job.directory, terminal.notes):
            result = asyncio.run(_until_interrupted(_suite(job, terminal, files)))
    finally:
        files.close()
    return _exit_code(result)


def _suite(job: Job, terminal: Terminal, files: RunDirectory) -> Suite:
    listeners: list[SuiteListener] = [terminal.progress, files]
    listeners += [github.listener(files, os.environ)] * job.github
    listeners.append(terminal.summary(job.reproduce, files.path))
    group = SuiteGroup(scenarios=job.scenarios, options=job.options, max_labs=job.jobs)
    return Suite(
        [group], jobs=job.jobs, jobs_if_busy=job.jobs_if_busy, time_limit=job.time_limit,
        paired=job.paired, skipped=job.skipped, listeners=listeners,
    )  # fmt: skip


def _exit_code(result: SuiteResult) -> ExitCode:
    """The exit code of the whole suite. Raises LabError or NothingRan if nothing was judged."""
    if not result.runs:
        if result.failures:
            raise LabError(result.failures[0].reason)
        raise NothingRan("every outage was skipped; the reasons stand above")
    if result.failures:
        return ExitCode.HARNESS
    return EXIT[overall_verdict(result.runs, left_out=0, coverage=result.coverage)]


async def _until_interrupted(suite: Suite) -> SuiteResult:
    end_on_signals()
    return await suite.run()
