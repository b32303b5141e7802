"""``squall demo``: the reference app, in any directory and without configuration."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.isolated_run import run_isolated, show
from squall.cli.lab_count import labs_of_light_runs, labs_of_this_machine
from squall.cli.options import (
    engine_option,
    jobs_option,
    only_option,
    output_of,
    output_option,
    quiet_option,
    seed_of,
    seed_option,
    verbose_option,
)
from squall.cli.postgres_option import postgres_option
from squall.cli.suite_session import EXIT, Job, run_suite_command
from squall.config.resolve_profile import reference_profile
from squall.core.errors import ExitCode
from squall.lab.lab_options import LabOptions
from squall.reports.sweep_directory import write_sweep
from squall.reports.sweep_failures import failing_lines, verdict_of
from squall.reports.terminal import Terminal
from squall.scenario.library import stock
from squall.scenario.selection import for_dependencies, partition_long, select
from squall.sweeping.sweeper import SweepOptions, run_sweep

SECONDS = 75.0
"""Time after which no outage starts any more: enough for nearly all of them on a quick machine of
two CPUs, and no more than a newcomer waits for on a slow one.
"""

SWEEP_SECONDS = 12.0
"""Time after which no further fault point is tried; the lab's end comes on top."""

NEXT = """\

next, your app: in its directory, run
  squall init                 looks at the source, and writes [tool.squall] to pyproject.toml
  squall check --only smoke   puts your app through six of these outages"""


time_limit_option = click.option(
    "--time-limit", type=click.FloatRange(1, 86_400), metavar="SECONDS",
    help=f"Start no outage after this time.  [default: {SECONDS:g}; none with --only]",
)  # fmt: skip


@click.command(cls=GroupedCommand)
@grouped("Outages", only_option, time_limit_option)
@grouped("Lab", engine_option, seed_option, postgres_option, jobs_option(labs_of_light_runs))
@grouped("Output", output_option, quiet_option, verbose_option)
def demo(
    *,
    only: tuple[str, ...],
    time_limit: float | None,
    engine: str,
    seed: int | None,
    jobs: int,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the stock outages against the reference app, then a sweep.

    Needs pip install 'squall[reference]', and no configuration: what the directory configures is
    not read.
    """
    chosen = seed_of(seed)
    words = ["squall", "demo", "--only", "{name}", "--seed", str(chosen), "--engine", engine]
    job = Job(
        scenarios=partition_long(for_dependencies(select(stock(), only), (), only), only)[0],
        options=LabOptions(profile=reference_profile(), engine=engine, seed=chosen),
        jobs=jobs,
        jobs_if_busy=min(jobs, labs_of_this_machine()),
        time_limit=time_limit or (None if only else SECONDS),
        directory=output_of(output),
        reproduce=shlex.join(words).replace("'{name}'", "{name}"),
    )
    code = run_suite_command(job, Terminal(quiet=quiet, verbose=verbose))
    if not quiet and not only:
        swept = _sweep(job, chosen)
        code = code or swept
    if not quiet:
        click.echo(NEXT)
    return int(code)


def _sweep(job: Job, seed: int) -> ExitCode:
    """The fault points of the reference app, as many as the time allows."""
    wanted = SweepOptions(
        jobs=min(job.jobs, labs_of_this_machine()),  # it leaves no CPU idle
        seconds=SWEEP_SECONDS,
        reproduce=f"squall sweep --app reference --seed {seed} --cell {{cell}}",
    )
    result = run_isolated(
        job.options, job.directory, lambda: run_sweep(job.options, wanted), quiet=True
    )
    page = write_sweep(job.directory / "sweep", result)
    click.echo(f"\neach statement of each operation fails once ({result.seconds:.0f} s):")
    show([*result.notes, *(line for one in result.failed for line in failing_lines(result, one))])
    click.echo(f"{result.headline}\n{page}")
    return EXIT[verdict_of(result)]
