"""``squall selftest``: check that planted errors are detected on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import click

from squall.cli.grouped_options import GroupedCommand, grouped
from squall.cli.options import seed_of, seed_option
from squall.config.resolve_profile import reference_profile
from squall.core.errors import ExitCode
from squall.lab.lab_options import LabOptions
from squall.reports.printable import printable
from squall.selftest.lie import HONEST, LieResult
from squall.selftest.run_selftest import tell_evidence, tell_files, tell_labs

WIDTH = 150


@click.command(cls=GroupedCommand)
@grouped(
    "Self-test",
    click.option("--quick", is_flag=True, help="Only lies in records and files: no lab starts."),
)
@grouped("Lab", seed_option)
def selftest(*, quick: bool, seed: int | None) -> int:
    """Plant lies in labs and records, and show that no verdict is green.

    A lie is a fault that is not in force, an app that goes around the proxy, a history that was
    cut, and so on. Each line says what noticed it. The reference app is used: pip install
    'squall[reference]'. The exit code is 0 when every lie was noticed, else 1; 2 when a run without
    a lie was not green, which makes the others worthless.
    """
    options = None if quick else LabOptions(profile=reference_profile(), seed=seed_of(seed))
    return int(asyncio.run(_print_all(options)))


async def _print_all(options: LabOptions | None) -> ExitCode:
    believed, told, honest = [], 0, True
    async for answer in _answers(options):
        click.echo(line_of(answer))
        if answer.lie == HONEST:
            honest = honest and answer.believed
        else:
            told += 1
            believed += [answer.lie] if answer.believed else []
    click.echo(f"\n{told - len(believed)} of {told} lies were noticed")
    if not honest:
        click.echo("a run without a lie was not green: nothing is shown")
        return ExitCode.INCONCLUSIVE
    return ExitCode.FAIL if believed else ExitCode.PASS


async def _answers(options: LabOptions | None) -> AsyncIterator[LieResult]:
    for answer in (*tell_evidence(), *tell_files()):
        yield answer
    if options is not None:
        async for answer in tell_labs(options):
            yield answer


def line_of(answer: LieResult) -> str:
    """One line: what was planted, and what detected it."""
    if answer.lie == HONEST:
        mark, told = ("pass", "") if answer.believed else ("BAD", answer.noticed_by)
    else:
        mark, told = ("BELIEVED", "") if answer.believed else ("noticed", answer.noticed_by)
    return printable(f"{mark:9} {answer.lie:58} {told}")[:WIDTH].rstrip()
