"""``squall patterns``: the ways to hold database connections, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.check import chosen as chosen_outages
from harness.cli.options import output_of, seed_of
from harness.core.errors import NothingRan, UsageError
from harness.core.ids import SEED_LIMIT
from harness.patterns.gallery import GALLERY, chosen
from harness.scenario.library import stock
from harness.scenario.model import Scenario


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Judge these patterns; repeatable.")
@click.option(
    "--outages",
    multiple=True,
    metavar="NAME|TAG",
    help="Under these stock outages; repeatable. Default: smoke and those that separate patterns.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="Labs at the same time.",
)
@click.option(
    "--seed",
    envvar="SQUALL_SEED",
    type=click.IntRange(0, SEED_LIMIT - 1),
    help="Seed of every draw.",
)
@click.option(
    "--engine",
    envvar="SQUALL_ENGINE",
    default="embedded",
    show_default=True,
    metavar="ENGINE",
    help="embedded, toxiproxy, or a program's path.",
)
@click.option(
    "--throughput/--no-throughput", default=True, help="Measure reads per second in calm first."
)
@click.option(
    "--docs",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Rewrite the block between the markers of this page, too.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Directory for the files."
)
@click.option("--list", "listing", is_flag=True, help="List the patterns and do nothing.")
@click.option("--quiet", is_flag=True, help="Print only the table.")
def patterns(  # noqa: PLR0913 - one parameter an option
    *,
    only: tuple[str, ...],
    outages: tuple[str, ...],
    jobs: int,
    seed: int | None,
    engine: str,
    throughput: bool,
    docs: Path | None,
    output: Path | None,
    listing: bool,
    quiet: bool,
) -> int:
    """Judge the ways to hold database connections under the same outages.

    A pattern that fails is the result, not an error: the exit code is 0 when the matrix was made.
    """
    from harness.cli.patterns_run import Wanted, execute  # noqa: PLC0415 - keeps --help quick
    from harness.patterns.matrix import standard  # noqa: PLC0415 - the same

    picked = chosen(only)
    if listing:
        for pattern in GALLERY:
            click.echo(f"{pattern.name:22} {pattern.title}")
        return 0
    scenarios = _outages(outages) if outages else standard(stock())
    if not scenarios or not picked:
        raise NothingRan("no pattern or no outage was left to run")
    wanted = Wanted(
        patterns=picked,
        outages=scenarios,
        named_outages=outages,
        named_patterns=only,
        jobs=jobs,
        seed=seed_of(seed),
        engine=engine,
        throughput=throughput,
        docs=docs,
        output=output_of(output),
        quiet=quiet,
    )
    return int(execute(wanted))


def _outages(words: tuple[str, ...]) -> list[Scenario]:
    """As ``squall check`` chooses them, whose option has another name.

    Raises:
        UsageError: a word fits nothing.
    """
    try:
        return chosen_outages(stock(), words)
    except UsageError as error:
        raise UsageError(str(error).replace("--only", "--outages", 1)) from None
