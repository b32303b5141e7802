"""``squall replay RUN``: the same scenarios with the same seed, against the same app."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from squall.cli.app_options import AppOptions, app_options, describe_app
from squall.cli.grouped_options import GroupedCommand
from squall.cli.options import app_option, factory_option, output_of
from squall.cli.stored_runs import echo_not_judged
from squall.cli.suite_session import Job, run_suite_command
from squall.config.resolve_profile import resolve_profile
from squall.core.errors import ExitCode, UsageError
from squall.reports.run_store import StoredRun, StoredSuite, open_runs, open_suite, options_of
from squall.reports.terminal import Terminal


@click.command(cls=GroupedCommand)
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for the files of the new run. Default: below .squall/runs.",
)
@app_options
@app_option
@factory_option
@click.option("--quiet", is_flag=True, help="Print only the table.")
@click.option("--verbose", is_flag=True, help="Print every finding, not only the bad ones.")
def replay(
    directory: Path,
    *,
    output: Path | None,
    quiet: bool,
    verbose: bool,
    app: str | None,
    factory: bool,
    **given: Any,  # noqa: ANN401 - the options of the app
) -> int:
    """Run a stored run again: same scenario, seed, engine and app.

    RUN is a directory that check or run wrote, or one outage in it. Draws of the seed are the
    same; what the app and the machine make of them may differ. App, set-up and interpreter come
    from the options and from [tool.squall] here: nothing that RUN names is started.
    """
    suite = open_suite(directory)
    if not suite.runs:
        raise UsageError(f"{directory}: no outage in it has a run, so there is nothing to replay")
    profile = resolve_profile(Path.cwd(), app, factory=factory)
    job = Job(
        scenarios=[each.run.scenario for each in suite.runs],
        options=options_of(suite.runs[0], describe_app(profile, AppOptions(**given))),
        jobs=1,
        directory=output_of(output),
        reproduce=shlex.join(["squall", "replay", str(directory)]),
    )
    code = run_suite_command(job, Terminal(quiet=quiet, verbose=verbose))
    _echo_verdicts(suite, open_runs(job.directory))
    echo_not_judged(directory, suite)
    if code is ExitCode.PASS and suite.not_judged:
        return int(ExitCode.INCONCLUSIVE)
    return int(code)


def _echo_verdicts(suite: StoredSuite, replayed: Sequence[StoredRun]) -> None:
    old = {each.run.scenario.name: each for each in suite.runs}
    for new in replayed:
        before = old[new.run.scenario.name]
        same = before.run.verdict is new.run.verdict
        told = "the same as" if same else f"but {before.run.verdict.value} in"
        click.echo(f"{new.run.scenario.name}: {new.run.verdict.value}, {told} {before.path}")
