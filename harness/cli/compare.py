"""``squall compare RUN RUN``: what got better or worse, and how sure that is."""

from __future__ import annotations

from pathlib import Path

import click

from harness.core.errors import ExitCode, UsageError


@click.command()
@click.argument("first", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("second", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="That not one of the changes shown is chance, over all figures together.",
)
@click.option("--verbose", is_flag=True, help="Print also what cannot be told apart.")
def compare(first: Path, second: Path, *, confidence: float, verbose: bool) -> int:
    """Compare two stored runs, outage by outage.

    Shares and percentiles have intervals; a difference that chance can make, or that too few
    requests stand behind, is called so. Exit code 1 when something is worse beyond doubt, else 0.
    """
    from rich.console import Console  # noqa: PLC0415 - keeps `squall --help` quick

    from harness.reports import compare as comparing  # noqa: PLC0415 - the same
    from harness.reports.comparison_table import show  # noqa: PLC0415 - the same
    from harness.reports.stored import open_runs  # noqa: PLC0415 - the same
    from harness.reports.terminal import console_of  # noqa: PLC0415 - the same

    runs = [[stored.run for stored in open_runs(path)] for path in (first, second)]
    comparison = comparing.compare(runs[0], runs[1], confidence=confidence)
    if not comparison.recoveries:
        names = [", ".join(run.scenario.name for run in each) for each in runs]
        raise UsageError(f"the runs have no outage in common: {names[0]}; {names[1]}")
    console: Console = console_of()
    show(console, comparison, verbose=verbose)
    return int(ExitCode.FAIL if comparison.worse else ExitCode.PASS)
