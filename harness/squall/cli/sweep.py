"""``squall sweep``: each statement of each operation meets each fault once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from squall.cli.app_options import AppOptions, app_options, describe_app, reproduce_arguments
from squall.cli.attach_options import attach_options, parse_attach
from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.isolated_run import run_isolated
from squall.cli.lab_count import labs_of_this_machine
from squall.cli.options import (
    LabArguments,
    format_option,
    lab_options_with,
)
from squall.cli.progress_line import ProgressLine
from squall.cli.shard_options import chosen_shard, shard_option
from squall.cli.sweep_output import report_sweep
from squall.sweeping import baseline as baselines
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_from_python import limits_of
from squall.sweeping.sweeper import SweepOptions, run_sweep

file_option = click.Path(path_type=Path, dir_okay=False)

sweep_options = grouped(
    "Fault points",
    click.option("--only", multiple=True, metavar="OPERATION", help="Sweep these; repeatable."),
    click.option("--cell", "cells", multiple=True, metavar="OPERATION/POINT/FAULT/MODE",
                 help="Run this fault point only, such as place-order/3/cut_after/once;"
                      " repeatable."),
    click.option("--exhaustive", is_flag=True, help="Run the fault points that are pruned, too."),
    click.option("--time-limit", type=click.FloatRange(1, 86_400), metavar="SECONDS",
                 help="Start no fault point after this time. The seed draws which ones are run."),
    click.option("--min-survived", type=click.FloatRange(0, 100), default=100.0, show_default=True,
                 metavar="PERCENT", help="Fail below this fault-point coverage."),
    click.option("--baseline", type=file_option, metavar="FILE",
                 help="How fault points ended before: fail only for those that are worse."),
    click.option("--write-baseline", type=file_option, metavar="FILE",
                 help="Write how the fault points of this sweep ended to FILE."),
)  # fmt: skip


@click.command(cls=GroupedCommand)
@click.argument("target", required=False)
@sweep_options
@grouped("Shards", shard_option)
@app_options
@attach_options
@lab_options_with(labs_of_this_machine())
@format_option
def sweep(  # noqa: PLR0913 - one parameter an option
    *,
    target: str | None,
    only: tuple[str, ...],
    cells: tuple[str, ...],
    exhaustive: bool,
    time_limit: float | None,
    min_survived: float,
    baseline: Path | None,
    write_baseline: Path | None,
    form: str,
    shard: str | None,
    **given: Any,  # noqa: ANN401 - the options of the app, of what runs already, and of the lab
) -> int:
    """Fail each statement of each operation once, and count what is survived.

    TARGET is any app, as for squall check. One request at a time is sent, but for short bursts; no
    load is needed. The result is a number, the fault-point coverage, and a heat map of operations
    and statements.
    """
    lab = LabArguments.take(given)
    limits = limits_of(baseline, min_survived)
    words = ["squall", "sweep", *reproduce_arguments(click.get_current_context())]
    attach = parse_attach(target, given)
    profile = describe_app(lab.profile(target), AppOptions(**given))
    if attach is not None:
        profile = profile.attached(log_known=attach.log is not None)
    progress = ProgressLine(quiet=lab.quiet)
    options = SweepOptions(
        exhaustive=exhaustive,
        only=only,
        cells=tuple(parse_cell(text) for text in cells),
        shard=chosen_shard(shard),
        limits=limits,
        seconds=time_limit,
        jobs=1 if attach is not None or lab.provider != "process" else lab.jobs,
        reproduce=shlex.join([*words, *lab.reproduce(), "--cell", "CELL"]).replace(
            "CELL", "{cell}"
        ),
        on_plan=lambda count, _pruned: progress.begin(count),
        on_result=lambda one: progress.step(f"{one.cell.id} {one.mark}"),
    )
    lab_options = lab.lab_options(profile, attach)
    result = run_isolated(
        lab_options, lab.output, lambda: run_sweep(lab_options, options), quiet=lab.quiet
    )
    if write_baseline is not None:
        baselines.write_baseline(write_baseline, result)
    return int(report_sweep(result, lab.output, quiet=lab.quiet, on_github=form == "github"))
