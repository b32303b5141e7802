"""``squall compare``: two stored runs, or this directory with another commit of its repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from squall.cli.commit_options import commit_options, compare_commits
from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.options import OUTPUT
from squall.cli.stored_runs import echo_not_judged
from squall.core.errors import ExitCode, UsageError
from squall.reports import comparison as comparing
from squall.reports.atomic_file import write_text
from squall.reports.comparability import difference_lines, differences_of_suites
from squall.reports.comparison_table import show
from squall.reports.printable import printable
from squall.reports.run_store import StoredSuite, open_suite
from squall.reports.terminal import console_of

STORED_CONFIDENCE = 0.95

COMPARED = OUTPUT.parent / "compared"
"""Where pages of two runs are."""

FOR_STORED_RUNS = frozenset({"runs", "confidence", "verbose", "html"})
"""Parameters that mean something without ``--against``."""


@click.command(cls=GroupedCommand)
@click.argument("runs", metavar="[RUN RUN]", nargs=-1, type=click.Path(path_type=Path))
@commit_options
@grouped(
    "Stored runs",
    click.option("--verbose", is_flag=True, help="Print also what cannot be told apart."),
    click.option(
        "--html",
        is_flag=True,
        help="Write a page with both runs side by side, and print where it is.",
    ),
)
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.9999),
    help="That not one of the changes shown is chance, over all figures together"
         f" [{STORED_CONFIDENCE:g}; with --against 0.99].",
)  # fmt: skip
@click.pass_context
def compare(
    context: click.Context,
    /,
    runs: tuple[Path, ...],
    *,
    against: str | None,
    confidence: float | None,
    verbose: bool,
    html: bool,
    **given: Any,  # noqa: ANN401 - the options of a comparison with another commit
) -> int:
    """Compare two stored runs, or this directory with another commit.

    RUN RUN: shares and percentiles have intervals; a difference that chance can make, or that too
    few requests stand behind, is called so. Exit code 1 when something is worse beyond doubt, 2
    when an outage was not judged in one of them because its lab failed, else 0.

    --against REF: both commits run in turns, A B B A, until each figure is better, the same or
    worse, or a limit is reached. Exit code 1 when something is worse, 2 when something is not
    decided, else 0.
    """
    if against is not None:
        if runs or html or verbose:
            what = "the stored runs" if runs else "--html and --verbose"
            raise UsageError(f"--against compares this directory: leave out {what}")
        return int(compare_commits(against, given, confidence=confidence))
    _refuse_for_stored_runs(context)
    if len(runs) != 2:  # noqa: PLR2004 - a pair
        raise UsageError(
            f"two stored runs are compared, and {len(runs)} given: squall compare RUN RUN;\n"
            "  list them with: squall runs. To compare with a commit: squall compare --against REF"
        )
    return _compare_stored(runs, confidence or STORED_CONFIDENCE, verbose=verbose, html=html)


def _refuse_for_stored_runs(context: click.Context) -> None:
    """An option that would mean nothing is a mistake."""
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in FOR_STORED_RUNS:
            raise UsageError(
                f"{parameter.opts[0]} needs --against REF: stored runs are as they are"
            )


def _compare_stored(paths: Sequence[Path], confidence: float, *, verbose: bool, html: bool) -> int:
    suites = [open_suite(path) for path in paths]
    runs = [[stored.run for stored in suite.runs] for suite in suites]
    comparison = comparing.compare(runs[0], runs[1], confidence=confidence)
    if not comparison.recoveries:
        names = [", ".join(run.scenario.name for run in each) for each in runs]
        raise UsageError(f"the runs have no outage in common: {names[0]}; {names[1]}")
    found = differences_of_suites(suites[0].runs, suites[1].runs)
    for line in difference_lines(found, len(comparison.recoveries)):
        click.echo(printable(line))
    show(console_of(), comparison, verbose=verbose)
    for path, suite in zip(paths, suites, strict=True):
        echo_not_judged(path, suite)
    if html:
        click.echo(f"report: {_write_page(paths, suites, comparison)}")
    if comparison.worse:
        return int(ExitCode.FAIL)
    unknown = any(suite.not_judged for suite in suites)
    return int(ExitCode.INCONCLUSIVE if unknown else ExitCode.PASS)


def _write_page(
    paths: Sequence[Path], suites: Sequence[StoredSuite], comparison: comparing.Comparison
) -> Path:
    """The page of two runs, beside the directory of runs: what is stored stays as it was."""
    from squall.reports.html.compare_page import ComparedSuite, compare_page  # noqa: PLC0415 - slow

    first, second = (
        ComparedSuite(name=str(path), suite=suite)
        for path, suite in zip(paths, suites, strict=True)
    )
    names = "-and-".join(path.resolve().name for path in paths)
    file = COMPARED / f"{names}.html"
    try:
        COMPARED.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{COMPARED}: cannot be made: {error.strerror}") from error
    write_text(file, compare_page(first, second, comparison))
    return file
