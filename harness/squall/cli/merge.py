"""``squall merge DIR…``: the shards of a check become one run."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from squall.cli.options import format_option, output_of, output_option, quiet_option, verbose_option
from squall.cli.suite_session import EXIT
from squall.cli.sweep_output import merge_swept
from squall.core.errors import ExitCode
from squall.gates.verdict import Verdict
from squall.reports import github
from squall.reports.merge import MergedSuite, merge_shards
from squall.reports.merge_sweeps import holds_sweep
from squall.reports.merged_directory import write_merged
from squall.reports.printable import printable
from squall.reports.terminal import Terminal
from squall.reports.verdict_json import unproven, verdict_of


@click.command()
@click.argument(
    "directories", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@output_option
@quiet_option
@verbose_option
@format_option
def merge(
    directories: tuple[Path, ...], *, output: Path | None, quiet: bool, verbose: bool, form: str
) -> int:
    """Make one run of the shards of a check or a sweep.

    DIR are the directories that check --shard or sweep --shard wrote. The verdicts are theirs;
    reports, JSON and junit.xml are written for all of them together. What is missing, doubled or of
    another check is named, and the whole is inconclusive. Nothing in a directory is executed.
    """
    home = output_of(output)
    if any(holds_sweep(path) for path in directories):
        return int(merge_swept(directories, home, quiet=quiet, on_github=form == "github"))
    merged = merge_shards(directories)
    reported = write_merged(home, merged)
    if reported:
        again = shlex.join(["squall", "replay", str(home)]) + "/{name}"
        Terminal(quiet=quiet, verbose=verbose).table([each.run for each in reported], again)
    left = unproven(reported, merged.not_run.broken)
    lines = [f"not judged: {one.scenario.name}: {one.reason}" for one in left]
    lines += [f"problem: {problem}" for problem in merged.record.problems]
    for line in lines:
        click.echo(printable(line.partition("\n")[0]))
    verdict = verdict_of(reported, left_out=len(left) + len(merged.record.problems))
    click.echo(f"\n{verdict.value}: {merged.record.label} · files in {home}")
    if form == "github":
        github.announce(reported, merged.not_run, os.environ, merged.record)
    return int(_exit_code(merged, verdict))


def _exit_code(merged: MergedSuite, verdict: Verdict) -> ExitCode:
    """That of the one command that would have run everything."""
    failed = any(failure.attempted for failure in merged.not_run.broken)
    return ExitCode.HARNESS if failed else EXIT[verdict]
