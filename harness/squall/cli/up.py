"""``squall up``: a lab in interactive mode, kept until ``squall down`` or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import click

from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.isolate import start_lines
from squall.cli.options import (
    app_option,
    engine_option,
    factory_option,
    provider_option,
    quiet_option,
    seed_of,
    seed_option,
)
from squall.cli.postgres_option import postgres_option
from squall.config.resolve_profile import resolve_profile
from squall.core.errors import ExitCode, UsageError
from squall.interactive import control_client
from squall.interactive.session import InteractiveLab
from squall.lab.lab_options import LabOptions
from squall.scenario.yaml_loader import SUFFIX

NEXT = """\
inject from another terminal in this directory, for example:
  squall inject database.crash --lasting 2s
  squall inject network.latency latency=300ms jitter=50ms
  squall status · squall heal · squall down"""


@click.command(cls=GroupedCommand)
@grouped(
    "Load and recording",
    click.option("--load", "rate", type=click.FloatRange(0, 10_000), default=0.0, metavar="N",
                 help="Send N requests a second to the app meanwhile."),
    click.option("--record", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
                 help="At the end, write what was injected as a scenario for `squall run`."),
    click.option("--story", default="", metavar="TEXT",
                 help="What happened, for the recorded scenario and its report."),
    click.option("--writes", is_flag=True,
                 help="Also send requests that write, derived from the OpenAPI document."),
)  # fmt: skip
@grouped(
    "Lab", app_option, factory_option, provider_option, engine_option, seed_option, postgres_option,
    click.option("--open-engine", is_flag=True,
                 help="Let Toxiproxy's clients, and every user of this machine, use the engine."),
)  # fmt: skip
@grouped("Output", quiet_option)
def up(  # noqa: PLR0913 - one parameter an option
    *,
    rate: float,
    record: Path | None,
    story: str,
    writes: bool,
    app: str | None,
    factory: bool,
    provider: str,
    engine: str,
    seed: int | None,
    open_engine: bool,
    quiet: bool,
) -> int:
    """Start a lab and keep it until squall down.

    Ctrl-C ends it, too. Inject faults from another terminal in this directory.
    """
    if record is not None:
        _check_writable(record)
    there = control_client.read()
    if there is not None and (there.alive or there.answers):
        raise UsageError(f"a lab is up here (process {there.pid}); end it with: squall down")
    profile = resolve_profile(Path.cwd(), app, factory=factory)
    options = LabOptions(
        profile=replace(profile, writes=writes or profile.writes),
        engine=engine,
        seed=seed_of(seed),
        provider=provider,
        open_engine=open_engine,
    )
    for line in [] if quiet else start_lines(options):
        click.echo(line)
    held = InteractiveLab(
        options,
        rate_per_second=rate,
        record=record,
        story=story,
        say=click.echo,
        loud=not quiet,
    )
    return int(asyncio.run(_until_ended(held)))


def _check_writable(record: Path) -> None:
    """Check this at the start, not after hours of an incident. No empty file is left behind."""
    if not record.name.endswith(SUFFIX):
        raise UsageError(f"--record {record}: a scenario file's name ends with {SUFFIX}")
    existed = record.exists()
    try:
        record.open("ab").close()
        if not existed:
            record.unlink()
    except OSError as error:
        raise UsageError(f"--record {record}: cannot be written: {error.strerror}") from error


async def _until_ended(held: InteractiveLab) -> ExitCode:
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
