"""``squall demo``: the reference app, in any directory and without configuration."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from squall.cli.grouped_options import GroupedCommand, grouped
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
from squall.cli.suite_session import Job, run_suite_command
from squall.config.resolve_profile import reference_profile
from squall.lab.lab_options import LabOptions
from squall.reports.terminal import Terminal
from squall.scenario.library import stock
from squall.scenario.selection import for_dependencies, partition_long, select

MAX_LABS = 4

NEXT = """\

next, your app: in its directory, run
  squall init                 looks at the source, and writes [tool.squall] to pyproject.toml
  squall check --only smoke   puts your app through six of these outages"""


def labs_of_this_machine() -> int:
    """One lab per CPU, at most four."""
    return max(1, min(MAX_LABS, os.cpu_count() or 1))


@click.command(cls=GroupedCommand)
@grouped("Outages", only_option)
@grouped("Lab", engine_option, seed_option, postgres_option, jobs_option(labs_of_this_machine()))
@grouped("Output", output_option, quiet_option, verbose_option)
def demo(
    *,
    only: tuple[str, ...],
    engine: str,
    seed: int | None,
    jobs: int,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the stock outages against the reference app.

    Needs pip install 'squall[reference]', and no configuration: what the directory configures is
    not read.
    """
    chosen = seed_of(seed)
    words = ["squall", "demo", "--only", "{name}", "--seed", str(chosen), "--engine", engine]
    job = Job(
        scenarios=partition_long(for_dependencies(select(stock(), only), (), only), only)[0],
        options=LabOptions(profile=reference_profile(), engine=engine, seed=chosen),
        jobs=jobs,
        directory=output_of(output),
        reproduce=shlex.join(words).replace("'{name}'", "{name}"),
    )
    code = run_suite_command(job, Terminal(quiet=quiet, verbose=verbose))
    if not quiet:
        click.echo(NEXT)
    return int(code)
