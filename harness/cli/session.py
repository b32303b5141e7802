"""What ``check`` and ``run`` share: labs, scenarios, reports, and the exit code."""

from __future__ import annotations

import asyncio
import os
import signal

from harness.checkers.verdict import Verdict, worst
from harness.cli.labs import Job, Queue, run_all
from harness.core.errors import ExitCode, LabError, NothingRan, UsageError
from harness.reports import github
from harness.reports.files import RunDirectory
from harness.reports.terminal import Terminal
from harness.reports.verdict_json import unproven

__all__ = ["Job", "execute"]

EXIT = {
    Verdict.PASS: ExitCode.PASS,
    Verdict.FAIL: ExitCode.FAIL,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


def execute(job: Job, terminal: Terminal) -> ExitCode:
    """Run everything, print the table, write the files; Ctrl-C heals and cleans up first."""
    if not job.scenarios:
        left = "every outage is left out by --skip or [tool.squall.skip]; " * bool(job.skipped)
        raise NothingRan(f"{left}no outage was left to run; see: squall check --list")
    if job.options.provider == "compose" and job.jobs > 1:
        raise UsageError("--provider compose has one lab: leave out --jobs")
    if job.options.attach is not None and job.jobs > 1:
        raise UsageError("an app that runs already is one app: leave out --jobs")
    files = RunDirectory(job.directory, job.reproduce)
    terminal.begin(job.options.seed, job.options.engine, job.options.profile.name)
    if job.options.attach is not None:
        terminal.attached(job.options.attach.database_for_the_app)
    queue = asyncio.run(_until_interrupted(job, terminal, files))
    return _reported(job, queue, terminal, files)


def _reported(job: Job, queue: Queue, terminal: Terminal, files: RunDirectory) -> ExitCode:
    """Table, files, and what all of it means."""
    runs, broken, aside = queue.runs, queue.broken, queue.aside
    if not runs:
        if broken:
            raise LabError(broken[0].reason)
        raise NothingRan("every outage was skipped; the reasons stand above")
    terminal.table(runs, job.reproduce)
    reported = files.write_reports(runs, aside)
    if job.github:
        github.announce(reported, aside, os.environ)
    terminal.broken(broken)
    left_out = len(unproven(reported, broken))
    terminal.end(runs, files.path, left_out=left_out, skipped=len(aside.skipped))
    return ExitCode.HARNESS if broken else EXIT[worst(run.verdict for run in runs)]


async def _until_interrupted(job: Job, terminal: Terminal, files: RunDirectory) -> Queue:
    """SIGTERM means the same as Ctrl-C: undo, clean up, leave."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    return await run_all(job, terminal, files)
