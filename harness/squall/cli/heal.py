"""``squall heal``: undo faults of the lab that is up."""

from __future__ import annotations

import click

from squall.cli.active_fault_line import active_fault_line
from squall.interactive import control_client


@click.command()
@click.argument("number", required=False, type=int)
def heal(number: int | None) -> int:
    """Heal one fault of the lab that is up, or all.

    NUMBER is the one that inject and status print.
    """
    healed = control_client.ask({"verb": "heal", "id": number})["healed"]
    for held in healed:
        click.echo(active_fault_line(held))
    if not healed:
        click.echo("no fault is active")
    return 0
