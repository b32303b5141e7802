"""``squall check``: the stock outages against an app."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from squall.cli.app_options import AppOptions, app_options, describe_app, reproduce_arguments
from squall.cli.attach_options import attach_options, parse_attach
from squall.cli.dry_run import print_dry_run
from squall.cli.gate_arguments import GateArguments, gate_options
from squall.cli.grouped_options import grouped
from squall.cli.last_failed import last_failed_names
from squall.cli.load_options import LoadArguments, load_options
from squall.cli.options import (
    LabArguments,
    format_option,
    lab_options,
    left_out,
    long_option,
    only_option,
    skip_option,
)
from squall.cli.outages import print_outages
from squall.cli.shard_options import ShardArguments, shard_options
from squall.cli.suite_session import Job, run_suite_command
from squall.cli.version_matrix import MatrixCommand, chosen_pairs, run_versions
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.errors import UsageError
from squall.reports.terminal import Terminal
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped, for_dependencies, select

choose_options = grouped(
    "Outages",
    only_option,
    skip_option,
    long_option,
    click.option("--last-failed", is_flag=True,
                 help="Run what did not pass in the last run; all when all passed."),
    click.option("--list", "listing", is_flag=True,
                 help="List the outages with their planned times, and do nothing."),
    click.option("--dry-run", is_flag=True,
                 help="For a TARGET that runs already: print what would be touched."),
)  # fmt: skip


@click.command(cls=MatrixCommand)
@click.argument("target", required=False)
@choose_options
@shard_options
@app_options
@attach_options
@gate_options
@load_options
@lab_options
@format_option
def check(
    *,
    target: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    long_too: bool,
    last_failed: bool,
    listing: bool,
    dry_run: bool,
    form: str,
    **given: Any,  # noqa: ANN401 - the options of app, gates, lab and shards
) -> int:
    """Run the stock outages against an app and judge it.

    TARGET is any app: package.module:app, a command with {port}, or the http:// address of one that
    runs already, with --database. Requests come from its OpenAPI document, or from [tool.squall] in
    pyproject.toml. Without TARGET it is the app of [tool.squall].
    """
    lab, part = LabArguments.take(given), ShardArguments.take(given)
    judging = GateArguments.take(given)
    only = only or (last_failed_names(lab.output) if last_failed else ())
    chosen = judging.apply(select(stock(), only))
    narrow = partial(_narrow, chosen, only=only, skip=skip, long_too=long_too)
    if listing:
        app = _configured(lab, target)
        return _list(part.share_out(narrow(app)[0]).scenarios, app, given["deadline"])
    context = click.get_current_context()
    if pairs := chosen_pairs(context, given["python"]):
        return int(run_versions(context, pairs, lab.seed, lab.output, quiet=lab.quiet))
    attach, load = parse_attach(target, given), LoadArguments.take(given)
    profile = describe_app(lab.profile(target), AppOptions(**given))
    running, skipped = narrow(profile)
    if attach is not None:
        profile = profile.attached(log_known=attach.log is not None)
    options = load.of(lab.lab_options(profile, attach))
    share = part.share_out(running)
    if dry_run:
        print_dry_run(options, share.scenarios)
        return 0
    job = Job(
        scenarios=share.scenarios,
        skipped=skipped,
        options=options,
        shard=share.record(options, paired=judging.paired),
        jobs=lab.jobs,
        directory=lab.output,
        reproduce=_reproduce(context, [*lab.reproduce(), *judging.reproduce()]),
        paired=judging.paired,
        github=form == "github",
    )
    return int(run_suite_command(job, Terminal(quiet=lab.quiet, verbose=lab.verbose)))


def _configured(lab: LabArguments, target: str | None) -> AppProfile | None:
    """The app, for a list in its own measure; None when none is configured here yet."""
    try:
        return lab.profile(target)
    except UsageError:
        return None


def _narrow(
    chosen: Sequence[Scenario],
    app: AppProfile | None,
    *,
    only: Sequence[str],
    skip: Sequence[str],
    long_too: bool,
) -> tuple[list[Scenario], list[Skipped]]:
    """Those that run for this app, and those that are left out; None: no app is known."""
    concerned = chosen if app is None else for_dependencies(chosen, app.surroundings, only)
    return left_out(concerned, skip, only, long_too=long_too)


def _list(scenarios: Sequence[Scenario], app: AppProfile | None, deadline: float | None) -> int:
    """Print them, with times by the deadline of the option, of the app or of any app."""
    contract = DEFAULT_CONTRACT if app is None else app.contract
    print_outages(scenarios, deadline=deadline or contract.deadline_seconds)
    return 0


def _reproduce(context: click.Context, options: Sequence[str]) -> str:
    """The command line that repeats one outage, with the placeholder ``{name}``."""
    words = ["squall", "check", *reproduce_arguments(context), "--only", "{name}", *options]
    return shlex.join(words).replace("'{name}'", "{name}")
