"""``squall status``: where the lab that is up can be reached, and which faults are active."""

from __future__ import annotations

import click

from squall.cli.active_fault_line import active_fault_line
from squall.interactive import control_client


@click.command()
def status() -> int:
    """Print addresses and active faults of the lab that is up."""
    found = control_client.ask({"verb": "status"})
    for name in ("app", "database", "database_direct", "engine", "directory"):
        click.echo(f"{name:16} {found[name]}")
    if found["load"]:
        click.echo(found["load"])
    for held in found["in_force"]:
        click.echo(active_fault_line(held))
    if not found["in_force"]:
        click.echo("no fault is active" + (f", but: {found['left']}" if found["left"] else ""))
    return 0
