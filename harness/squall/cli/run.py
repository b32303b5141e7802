"""``squall run FILE…``: scenarios from files."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from squall.cli.gate_arguments import GateArguments, gate_options
from squall.cli.grouped_options import GroupedCommand
from squall.cli.options import (
    LabArguments,
    format_option,
    lab_options,
)
from squall.cli.suite_session import Job, run_suite_command
from squall.core.errors import UsageError
from squall.reports.terminal import Terminal
from squall.scenario.model import Scenario
from squall.scenario.yaml_loader import load


@click.command(cls=GroupedCommand)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@gate_options
@lab_options
@format_option
def run(
    *,
    files: tuple[Path, ...],
    form: str,
    **given: Any,  # noqa: ANN401 - the options of gates and lab
) -> int:
    """Run the scenarios of files.

    FILES are scenarios in YAML, *.squall.yaml. The app is that of [tool.squall], or --app.
    """
    lab, judging = LabArguments.take(given), GateArguments.take(given)
    scenarios = judging.apply(all_of(files))
    for one in scenarios:
        if one.thin_windows:
            click.echo(f"warning: {one.name} cannot give a verdict: {one.thin_windows}", err=True)
    words = ["squall", "run", *map(str, files), *lab.reproduce()]
    words += judging.reproduce()
    job = Job(
        scenarios=scenarios,
        options=lab.lab_options(lab.profile()),
        jobs=lab.jobs,
        directory=lab.output,
        reproduce=shlex.join(words),
        paired=judging.paired,
        github=form == "github",
    )
    return int(run_suite_command(job, Terminal(quiet=lab.quiet, verbose=lab.verbose)))


def all_of(files: tuple[Path, ...]) -> list[Scenario]:
    """The scenarios of all files. Raises one UsageError with the problems of all files."""
    scenarios, problems = [], []
    for file in files:
        try:
            scenarios.append(load(file))
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("the scenario cannot be run:\n" + "\n".join(problems))
    return scenarios
