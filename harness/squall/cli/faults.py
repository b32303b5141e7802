"""``squall faults``: the catalogue of faults."""

from __future__ import annotations

import inspect

import click
import squall_faults as faults

from squall.cli.completion import complete_faults
from squall.cli.described_fields import describe_fields
from squall.core.errors import UsageError
from squall.core.suggestions import suggest


@click.command("faults")
@click.argument("name", required=False, shell_complete=complete_faults)
def list_faults(name: str | None) -> int:
    """List the faults, or explain one.

    With NAME it prints each attribute with its choices and its default.
    """
    known = {entry.key: entry for entry in faults.entries()}
    if name is not None and name not in known:
        hint = suggest(name, known, list_with="squall faults")
        raise UsageError(f"no fault is called {name!r}; {hint}")
    for key, entry in known.items():
        if name is None:
            click.echo(f"{click.style(f'{key:26}', bold=True)} {entry.summary}")
        elif key == name:
            text = inspect.cleandoc(entry.fault.__doc__ or "").replace("``", "")
            click.echo(f"{click.style(key, bold=True)}\n{text}\n\nattributes:")
            click.echo("\n".join(describe_fields(entry.fault)) or "    none")
    return 0
