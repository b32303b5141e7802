"""A progress counter in one line, for terminals."""

from __future__ import annotations

import sys

import click

MAX_WIDTH = 100


class ProgressLine:
    """Prints nothing if standard error is not a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._total = self._done = 0

    def begin(self, total: int) -> None:
        """Set the number of steps; 0 means unknown."""
        self._total = total

    def step(self, text: str) -> None:
        """Count one completed step."""
        self._done += 1
        if not self._shown:
            return
        of = f"/{self._total}" if self._total else ""
        click.echo(f"\r\033[K{self._done}{of} {text}"[:MAX_WIDTH], err=True, nl=False)
        if self._done == self._total:
            click.echo("\r\033[K", err=True, nl=False)
