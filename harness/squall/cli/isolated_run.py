"""What ``sweep`` and ``races`` share: one lab in a network of its own, and safe output."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from squall.cli.isolate import isolate, start_lines, written_files
from squall.cli.options import OUTPUT
from squall.cli.signals import end_on_signals
from squall.core.secrets import redact
from squall.lab.lab_options import LabOptions
from squall.reports.printable import printable
from squall.reports.retention import remove_old_runs

T = TypeVar("T")


def run_isolated(
    options: LabOptions, output: Path, work: Callable[[], Awaitable[T]], *, quiet: bool
) -> T:
    """The result of ``work``. Ctrl-C and SIGTERM end its lab first."""

    def say(lines: Sequence[str]) -> None:
        if not quiet:
            show(lines)

    async def run() -> T:
        end_on_signals()
        return await work()

    isolate(options)
    say(start_lines(options))
    if output.parent == OUTPUT:
        remove_old_runs(OUTPUT)
    with written_files(options, output, say):
        return asyncio.run(run())


def show(lines: Iterable[str], *, last_only: bool = False) -> None:
    """Print lines that may come from an app. ``last_only``: the two with the figures."""
    shown = list(lines)[-2:] if last_only else list(lines)
    if shown:
        click.echo("\n".join(printable(redact(line)) for line in shown))
