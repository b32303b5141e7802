"""``squall gates``: the gates that judge every run."""

from __future__ import annotations

import inspect

import click

from squall.cli.completion import complete_gates
from squall.cli.described_fields import describe_fields
from squall.core.errors import UsageError
from squall.core.suggestions import suggest
from squall.gates.registry import standard_gates


@click.command()
@click.argument("name", required=False, shell_complete=complete_gates)
def gates(name: str | None) -> int:
    """List the gates, or explain one.

    With NAME it prints each parameter with its default; set them below gates in a scenario file.
    """
    known = {gate.name: gate for gate in standard_gates()}
    if name is not None and name not in known:
        hint = suggest(name, known, list_with="squall gates")
        raise UsageError(f"no gate is called {name!r}; {hint}")
    for key, gate in known.items():
        text = inspect.cleandoc(type(gate).__doc__ or "").replace("``", "")
        if name is None:
            click.echo(f"{click.style(f'{key:28}', bold=True)} {text.partition(chr(10))[0]}")
        elif key == name:
            click.echo(f"{click.style(key, bold=True)}\n{text}\n\nparameters:")
            click.echo("\n".join(describe_fields(type(gate))) or "    none")
    return 0
