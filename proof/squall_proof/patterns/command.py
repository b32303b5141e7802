"""``python -m squall_proof patterns``: compare ways to hold database connections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from squall.cli.options import output_of, seed_of
from squall.core.errors import UsageError
from squall.core.ids import SEED_LIMIT
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies
from squall.scenario.selection import select as select_outages

from squall_proof.patterns.pattern_gallery import GALLERY, chosen


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
def patterns(
    *,
    only: tuple[str, ...],
    outages: tuple[str, ...],
    listing: bool,
    **choices: Any,  # noqa: ANN401 - handed on: all the other options
) -> int:
    """Judge the ways to hold database connections under the same outages.

    A pattern that fails is the result, not an error: the exit code is 0 when the matrix was made.
    """
    from squall_proof.patterns.command_run import PatternRequest, execute  # noqa: PLC0415 - keeps --help quick

    if listing:
        click.echo("\n".join(f"{pattern.name:22} {pattern.title}" for pattern in GALLERY))
        return 0
    choices["seed"], choices["output"] = seed_of(choices["seed"]), output_of(choices["output"])
    wanted = PatternRequest(
        patterns=chosen(only),
        outages=_outages(outages),
        named_patterns=only,
        named_outages=outages,
        **choices,
    )
    return int(execute(wanted))


def _outages(words: tuple[str, ...]) -> list[Scenario]:
    """Select outages like ``squall check``, whose option has another name; by default the standard
    ones.

    Raises:
        UsageError: a word matches nothing.
    """
    from squall_proof.patterns.pattern_matrix import standard  # noqa: PLC0415 - keeps --help quick

    if not words:
        return standard([outage.strict() for outage in for_dependencies(stock(), ())])
    try:
        return select_outages([outage.strict() for outage in stock()], words)
    except UsageError as error:
        raise UsageError(str(error).replace("--only", "--outages", 1)) from None
