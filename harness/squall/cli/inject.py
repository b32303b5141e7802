"""``squall inject``: a fault into the lab that is up."""

from __future__ import annotations

import asyncio

import click
import squall_faults as faults

from squall.cli.active_fault_line import active_fault_line
from squall.cli.completion import complete_attributes, complete_faults
from squall.config.profile import REFERENCE
from squall.interactive import attached_lab, control_client
from squall.interactive.parse_fault import duration, parse_fault
from squall.lab.lab_options import LabOptions


@click.command()
@click.argument("fault", shell_complete=complete_faults)
@click.argument(
    "attributes", nargs=-1, metavar="[NAME=VALUE]...", shell_complete=complete_attributes
)
@click.option("--lasting", metavar="TIME", help="Heal after TIME, such as 2s; else with heal.")
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
    """Inject a fault into the lab that is up.

    For example: squall inject network.latency latency=300ms --lasting 5s
    """
    words = [*attributes, *([f"proxy={proxy}"] if proxy else [])]
    wanted = parse_fault(fault, words)
    seconds = None if lasting is None else duration(lasting)
    if attach is not None:
        options = LabOptions(profile=REFERENCE, engine="toxiproxy", provider=attach)
        asyncio.run(attached_lab.inject(wanted, options, seconds, click.echo))
        return 0
    request = {"verb": "inject", "fault": faults.to_dict(wanted), "lasting_seconds": seconds}
    held = control_client.ask(request)
    click.echo(active_fault_line(held))
    if held["in_force"]:
        click.echo(f"heal it with: squall heal {held['id']}")
    return 0
