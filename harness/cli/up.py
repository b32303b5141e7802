"""``squall up``: a lab for hands, kept until ``squall down`` or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import lab_options, profile_of, seed_of
from harness.console import client
from harness.core.errors import ExitCode, UsageError
from harness.scenario.lab_options import LabOptions
from harness.scenario.loader import SUFFIX

if TYPE_CHECKING:
    from harness.console.open_lab import OpenLab

NEXT = """\
inject from another terminal in this directory, for example:
  squall inject database.crash --lasting 2s
  squall inject network.latency latency=300ms jitter=50ms
  squall status · squall heal · squall down"""


@click.command()
@click.option(
    "--load",
    "rate",
    type=float,
    default=0.0,
    metavar="N",
    help="Send N requests a second to the app meanwhile.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="At the end, write what was injected as a scenario for `squall run`.",
)
@lab_options
def up(  # noqa: PLR0913 - one parameter an option
    *,
    rate: float,
    record: Path | None,
    app: str | None,
    factory: bool,
    provider: str,
    engine: str,
    seed: int | None,
    jobs: int,  # noqa: ARG001 - one lab is up
    output: Path | None,  # noqa: ARG001 - nothing is judged
    quiet: bool,
    verbose: bool,  # noqa: ARG001 - the same
) -> int:
    """Start a lab and keep it; inject faults from another terminal."""
    from harness.console.open_lab import OpenLab  # noqa: PLC0415 - keeps `squall --help` quick

    if record is not None and not record.name.endswith(SUFFIX):
        raise UsageError(f"--record {record}: a scenario file's name ends with {SUFFIX}")
    if record is not None:
        _check_writable(record)
    if not 0 <= rate <= 10_000:  # noqa: PLR2004 - bounds of the generator
        raise UsageError(f"--load {rate:g}: give a rate from 0 to 10000 a second")
    there = client.read()
    if there is not None and there.alive:
        raise UsageError(f"a lab is up here (process {there.pid}); end it with: squall down")
    options = LabOptions(
        profile=profile_of(app, factory=factory),
        engine=engine,
        seed=seed_of(seed),
        provider=provider,
    )
    held = OpenLab(options, rate_per_second=rate, record=record, say=click.echo, loud=not quiet)
    return int(asyncio.run(_until_told(held)))


def _check_writable(record: Path) -> None:
    """Now, not after hours of an incident; an empty file is not left behind."""
    existed = record.exists()
    try:
        record.open("ab").close()
        if not existed:
            record.unlink()
    except OSError as error:
        raise UsageError(f"--record {record}: cannot be written: {error.strerror}") from error


async def _until_told(held: OpenLab) -> ExitCode:
    loop = asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        held.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, interrupt)
    await held.run(NEXT)
    return ExitCode.INTERRUPTED if interrupted else ExitCode.PASS
