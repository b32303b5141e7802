"""``squall check http://… --dry-run``: what would be touched, without a single connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from squall_faults.catalogue import entry_of, key_of
from squall_faults.ports import WireProxy

from squall.core.errors import UsageError
from squall.lab.lab_options import LabOptions
from squall.lab.providers.attached.addresses import is_loopback
from squall.lab.providers.attached.attach import PREFIX, Attach, withheld_ports
from squall.reports.printable import printable
from squall.scenario.lead import MAX_SECONDS
from squall.scenario.model import Scenario


def print_dry_run(options: LabOptions, scenarios: Sequence[Scenario]) -> None:
    """Print it.

    Raises:
        UsageError: the lab would be Squall's own, which touches nothing of yours.
    """
    if options.attach is None:
        raise UsageError("--dry-run goes with a TARGET that runs already: http://…")
    for line in dry_run_lines(options, options.attach, scenarios):
        click.echo(printable(line))


def dry_run_lines(
    options: LabOptions, attach: Attach, scenarios: Sequence[Scenario]
) -> Iterator[str]:
    """Everything that the check would reach, start, send and change."""
    for option, host in attach.hosts.items():
        yield f"reaches: {option} {host}{'' if is_loopback(host) else ' (not this machine)'}"
    yield f"listens: {attach.listen}, for the app's sessions with its database"
    yield f"listens: {attach.app_listen or 'a free port of 127.0.0.1'}, for the load"
    if attach.proxy_url is None:
        yield "starts: an engine of its own on this machine"
    else:
        yield f"adds to the Toxiproxy at {attach.engine_address()}: {PREFIX}postgres, {PREFIX}app"
    yield from _load(options, scenarios)
    yield f"sessions: one that reads, at {attach.database_address()}"
    withheld = withheld_ports(attach)
    for scenario in scenarios:
        yield from _outage(scenario, withheld)
    budget = options.error_budget
    spent = "any number; --error-budget limits it" if budget is None else f"{budget}, then it heals"
    yield f"failed requests that are borne: {spent}"
    yield "nothing was touched: this is a dry run"


def _load(options: LabOptions, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """An upper bound: the rate is lowered to what the app bears."""
    count = sum(one.planned_seconds * one.load.rate_per_second for one in scenarios)
    seconds = sum(one.planned_seconds for one in scenarios)
    writes = options.profile.writes or any(
        one.effect != "read" for one in options.profile.operations
    )
    what = "reads and writes" if writes else "reads only"
    yield f"load: about {count:.0f} requests in {seconds:.0f} s, {what}"


def _outage(scenario: Scenario, withheld: dict[type, str]) -> Iterator[str]:
    if scenario.amid_requests and WireProxy not in withheld:
        yield f"before: {scenario.name}: statements are delayed, for {MAX_SECONDS:g} s at most"
    for step in scenario.steps:
        key, needs = key_of(step.fault), entry_of(step.fault).needs
        place = getattr(step.fault, "proxy", "") or needs.__name__
        told = f"{scenario.name}: {key} on {place}, {step.lasting_seconds:g} s"
        yield f"skipped: {told}: {withheld[needs]}" if needs in withheld else f"fault: {told}"
