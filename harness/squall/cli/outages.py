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


def print_outages(scenarios: Iterable[Scenario]) -> None:
    """Name and tags on one line, the story below."""
    for one in scenarios:
        click.echo(f"{click.style(one.name, bold=True)}  [{' '.join(sorted(one.tags))}]")
        story = " ".join(one.story.split())
        click.echo(textwrap.indent(textwrap.fill(story, WIDTH), "    "))
