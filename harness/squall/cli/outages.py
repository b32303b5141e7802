"""``squall outages``: the library of stock outages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import click

from squall.cli.completion import complete_outages
from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.yaml_dumper import dump

WIDTH = 96

AROUND_SECONDS = 0.7
"""What a run takes beside its planned time: samples before and after it, restarts of what was
stopped. Seen on two cores with the reference app."""


@click.command()
@click.argument("name", required=False, shell_complete=complete_outages)
def outages(name: str | None) -> int:
    """List the stock outages, or print one.

    With NAME it prints the whole scenario as a file, to be changed and run with squall run.
    """
    known = {one.name: one for one in stock()}
    if name is None:
        print_outages(known.values())
        return 0
    if name not in known:
        hint = suggest(name, known, list_with="squall outages")
        raise UsageError(f"no outage is called {name!r}; {hint}")
    click.echo(dump(known[name]), nl=False)
    return 0


def print_outages(scenarios: Iterable[Scenario], *, deadline: float | None = None) -> None:
    """Name, planned time and tags on one line, the story below.

    Args:
        scenarios: in the order of the list.
        deadline: of the app, in seconds; None: the times are not known and not shown.
    """
    total, count = 0.0, 0
    for one in scenarios:
        planned = None if deadline is None else one.for_app(deadline=deadline).planned_seconds
        shown = "" if planned is None else f"  {planned:.1f} s"
        click.echo(f"{click.style(one.name, bold=True)}{shown}  [{' '.join(sorted(one.tags))}]")
        story = " ".join(one.story.split())
        click.echo(textwrap.indent(textwrap.fill(story, WIDTH), "    "))
        total, count = total + (planned or 0.0) + AROUND_SECONDS, count + 1
    if deadline is not None:
        click.echo(price(count, total, deadline), err=True)


def price(count: int, seconds: float, deadline: float) -> str:
    """What these outages cost: one line."""
    of_them = "1 outage" if count == 1 else f"{count} outages"
    return (
        f"{of_them} with a deadline of {deadline:g} s: about {seconds:.0f} s in one lab,"
        f" {seconds / 2:.0f} s in two"
    )
