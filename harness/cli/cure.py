"""``squall cure``: what most likely helps, read in the terminal."""

from __future__ import annotations

import difflib

import click

from harness.checkers.cures import CURES
from harness.core.errors import UsageError


@click.command()
@click.argument("name", required=False)
def cure(name: str | None) -> int:
    """Print a cure that a report names; without NAME list them."""
    if name is None:
        for each in CURES:
            click.echo(f"{each.key:45} {each.title}")
        return 0
    from rich.markdown import Markdown  # noqa: PLC0415 - keeps `squall --help` quick

    from harness.reports.cures_page import section  # noqa: PLC0415 - the same
    from harness.reports.terminal import console_of  # noqa: PLC0415 - the same

    known = {each.key for each in CURES}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "list them with: squall cure"
        raise UsageError(f"no cure is called {name!r}; {hint}")
    console_of().print(Markdown(section(name)))
    return 0
