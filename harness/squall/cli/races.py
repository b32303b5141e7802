"""``squall races``: pairs of requests in every interleaving of their statements."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from squall.cli.app_options import AppOptions, app_options, describe_app, reproduce_arguments
from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.isolated_run import run_isolated, show
from squall.cli.lab_count import labs_of_this_machine
from squall.cli.options import LabArguments, lab_options_with
from squall.cli.progress_line import ProgressLine
from squall.cli.suite_session import EXIT
from squall.core.errors import ExitCode, NothingRan
from squall.racing.race_result import RacesResult
from squall.racing.racer import RaceOptions, run_races
from squall.reports import races_text
from squall.reports.races_directory import write_races
from squall.reports.races_json import verdict_of

races_options = grouped(
    "Races",
    click.option("--only", multiple=True, metavar="OPERATION",
                 help="Race these operations with each other; repeatable."),
    click.option("--race", "races", multiple=True, metavar="A+B:HOLD",
                 help="Run this race only, such as 'place-order+place-order:after-2'; repeatable."),
)  # fmt: skip


@click.command(name="races", cls=GroupedCommand)
@click.argument("target", required=False)
@races_options
@app_options
@lab_options_with(labs_of_this_machine())
def run_races_command(
    *,
    target: str | None,
    only: tuple[str, ...],
    races: tuple[str, ...],
    **given: Any,  # noqa: ANN401 - the options of the app and of the lab
) -> int:
    """Hold one request at each of its statements while another runs, and compare.

    What both did must be what one after the other would have done, in some order: the rows in the
    database and both answers. Each race starts from the same rows. No load is needed.
    """
    lab = LabArguments.take(given)
    words = ["squall", "races", *reproduce_arguments(click.get_current_context())]
    words += [*lab.reproduce(), "--race", "RACE"]
    profile = describe_app(lab.profile(target), AppOptions(**given))
    progress = ProgressLine(quiet=lab.quiet)
    options = RaceOptions(
        only=only,
        races=races,
        reproduce=shlex.join(words).replace("RACE", "'{race}'"),
        jobs=lab.jobs if lab.provider == "process" else 1,
        on_plan=progress.begin,
        on_result=lambda one: progress.step(one.id),
    )
    lab_options = lab.lab_options(profile)
    result = run_isolated(
        lab_options, lab.output, lambda: run_races(lab_options, options), quiet=lab.quiet
    )
    return int(_report(result, lab.output, quiet=lab.quiet))


def _report(result: RacesResult, output: Path, *, quiet: bool) -> ExitCode:
    """Write the files, print the result, and give the exit code."""
    write_races(output, result)
    show(races_text.result_lines(result, output), last_only=quiet)
    if not result.held:
        raise NothingRan("no two operations touch a common table that one of them writes")
    return EXIT[verdict_of(result)]
