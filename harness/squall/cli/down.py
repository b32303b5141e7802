"""``squall down``: end the lab that is up."""

from __future__ import annotations

import time

import click

from squall.interactive import control_client
from squall.lab.providers.process import lab_registry

END_SECONDS = 20.0


@click.command()
def down() -> int:
    """Heal every fault and end the lab."""
    place = control_client.read()
    if place is not None and not place.alive and not place.answers:
        return _tidy(place)
    control_client.ask({"verb": "down"})
    ends = time.monotonic() + END_SECONDS
    while place is not None and place.alive and time.monotonic() < ends:
        time.sleep(0.02)
    click.echo("the lab is down" if place is None or not place.alive else "the lab is ending")
    return 0


def _tidy(place: control_client.LabRecord) -> int:
    """Remove what is left of a lab that ended without this command."""
    lab_registry.end_abandoned()
    control_client.forget()
    click.echo(f"the lab (process {place.pid}) had ended already; its record is removed")
    return 0
