"""``squall inject``, ``heal``, ``status`` and ``down``: what is done to a lab that is up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import click

import faults
from harness.console import client
from harness.console.words import duration, fault_of
from harness.core.events import counted
from harness.scenario.profile import REFERENCE

END_SECONDS = 20.0


@click.command()
@click.argument("fault")
@click.argument("attributes", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--lasting", metavar="TIME", help="Heal after so long, such as 2s; else by hand.")
@click.option("--proxy", metavar="NAME", help="postgres or app: the same as proxy=NAME.")
@click.option(
    "--attach",
    type=click.Choice(["compose"]),
    help="Into the containers of docker-compose.yml; heals at the end of TIME or Ctrl-C.",
)
def inject(
    *,
    fault: str,
    attributes: tuple[str, ...],
    lasting: str | None,
    proxy: str | None,
    attach: str | None,
) -> int:
    """Inject FAULT into the lab that is up, for example: network.latency latency=300ms."""
    words = [*attributes, *([f"proxy={proxy}"] if proxy else [])]
    wanted = fault_of(fault, words)
    seconds = None if lasting is None else duration(lasting)
    if attach is not None:
        from harness.console import attached  # noqa: PLC0415 - keeps `squall --help` quick
        from harness.scenario.lab_options import LabOptions  # noqa: PLC0415 - the same

        options = LabOptions(profile=REFERENCE, engine="toxiproxy", provider=attach)
        asyncio.run(attached.inject(wanted, options, seconds, click.echo))
        return 0
    request = {"verb": "inject", "fault": faults.to_dict(wanted), "lasting_seconds": seconds}
    held = client.ask(request)
    click.echo(_line(held))
    if held["in_force"]:
        click.echo(f"heal it with: squall heal {held['id']}")
    return 0


@click.command()
@click.argument("number", required=False, type=int)
def heal(number: int | None) -> int:
    """Heal fault NUMBER of the lab that is up, or all of them."""
    healed = client.ask({"verb": "heal", "id": number})["healed"]
    for held in healed:
        click.echo(_line(held))
    if not healed:
        click.echo("no fault is in force")
    return 0


@click.command()
def status() -> int:
    """Say where the lab that is up can be reached, and what is in force."""
    told = client.ask({"verb": "status"})
    for name in ("app", "database", "database_direct", "engine", "directory"):
        click.echo(f"{name:16} {told[name]}")
    if told["load"]:
        click.echo(told["load"])
    for held in told["in_force"]:
        click.echo(_line(held))
    if not told["in_force"]:
        click.echo("no fault is in force" + (f", but: {told['left']}" if told["left"] else ""))
    return 0


@click.command()
def down() -> int:
    """End the lab that is up; faults are healed first."""
    place = client.read()
    client.ask({"verb": "down"})
    ends = time.monotonic() + END_SECONDS
    while place is not None and place.alive and time.monotonic() < ends:
        time.sleep(0.02)
    click.echo("the lab is down" if place is None or not place.alive else "the lab is ending")
    return 0


def _line(held: dict[str, Any]) -> str:
    known = {"id", "fault", "in_force", "seconds", "bites", "what"}
    attributes = "".join(f" {name}={value}" for name, value in held.items() if name not in known)
    bit = f", bit: {counted(held['bites'], held['what'])}" if held["bites"] else ""
    state = "in force for" if held["in_force"] else "healed after"
    return f"{held['id']}  {held['fault']}{attributes}  {state} {held['seconds']:g} s{bit}"
