"""``squall replay RUN``: the same scenarios with the same seed, against the same app."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from harness.cli.options import output_of


@click.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for the files of the new run. Default: below .squall/runs.",
)
@click.option("--quiet", is_flag=True, help="Print only the table.")
@click.option("--verbose", is_flag=True, help="Print every finding, not only the bad ones.")
def replay(directory: Path, *, output: Path | None, quiet: bool, verbose: bool) -> int:
    """Run a stored RUN again: same scenario, seed, engine, app and callers.

    RUN is a directory that check or run wrote, or one outage in it. Draws of the seed are the
    same; what the app and the machine make of them may differ.
    """
    from harness.cli.session import Job, execute  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.reports.stored import open_runs, options_of  # noqa: PLC0415 - the same
    from harness.reports.terminal import Terminal  # noqa: PLC0415 - the same

    stored = open_runs(directory)
    job = Job(
        scenarios=[each.run.scenario for each in stored],
        options=options_of(stored[0]),
        jobs=1,
        directory=output_of(output),
        reproduce=shlex.join(["squall", "replay", str(directory)]),
    )
    code = execute(job, Terminal(quiet=quiet, verbose=verbose))
    for old, new in zip(stored, open_runs(job.directory), strict=True):
        same = old.run.verdict is new.run.verdict
        told = "the same as" if same else f"but {old.run.verdict.value} in"
        click.echo(f"{new.run.scenario.name}: {new.run.verdict.value}, {told} {old.path}")
    return int(code)
