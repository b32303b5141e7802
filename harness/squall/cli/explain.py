"""``squall explain``: a remedy in the terminal."""

from __future__ import annotations

import click

from squall.cli.completion import complete_remedies
from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.diagnosis.remedies import REMEDIES


@click.command()
@click.argument("name", required=False, shell_complete=complete_remedies)
def explain(name: str | None) -> int:
    """Print a remedy that a report names.

    Without NAME it lists them. In a pipe it is Markdown, with the code as it is.
    """
    if name is None:
        for each in REMEDIES:
            click.echo(f"{each.key:45} {each.title}")
        return 0
    from rich.markdown import Markdown  # noqa: PLC0415 - only for a terminal

    from squall.reports.remedies_page import section  # noqa: PLC0415 - the same
    from squall.reports.terminal import console_of  # noqa: PLC0415 - the same

    known = {each.key for each in REMEDIES}
    if name not in known:
        hint = suggest(name, known, list_with="squall explain")
        raise UsageError(f"no remedy is called {name!r}; {hint}")
    console = console_of()
    if console.is_terminal:
        console.print(Markdown(section(name)))
    else:
        click.echo(section(name))
    return 0
