"""``squall check --postgres 15,18 --python 3.11,3.12``: the same check on each pair of versions.

Each pair is a command of its own, because the version of a server counts for everything that a
process starts. A pair whose server or environment is missing is named and not judged.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from squall.cli.grouped_options import GroupedCommand
from squall.cli.postgres_option import SEVERAL, check_major
from squall.config.interpreter import find_interpreter
from squall.core.child_programs import python_module
from squall.core.errors import ExitCode, LabError, UsageError
from squall.lab.providers.process import postgres_binaries
from squall.reports.printable import printable
from squall.reports.version_page import write_versions
from squall.reports.version_table import VersionRun, differing, exit_code_of, read_version_run

WORDS = "squall.words"
"""Where the context keeps the command line as it was given."""

TAKEN = ("--postgres", "--python", "--output", "--seed")
"""Options that each pair gets new values for."""

ENDS_ALL = (ExitCode.USAGE, ExitCode.INTERRUPTED)
"""Exit codes after which no other pair would end differently."""


class MatrixCommand(GroupedCommand):
    """A command that can start itself again with other versions."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words, which click takes apart."""
        ctx.meta[WORDS] = list(args)
        ctx.meta[SEVERAL] = ()
        return super().parse_args(ctx, args)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPair:
    """One column of the table. An empty version is the one that is used anyway."""

    postgres: str
    python: str

    @property
    def label(self) -> str:
        """For people: ``PostgreSQL 15, Python 3.11``."""
        named = {"PostgreSQL": self.postgres, "Python": self.python}
        return ", ".join(f"{what} {number}" for what, number in named.items() if number)

    @property
    def folder(self) -> str:
        """The name of its directory."""
        named = {"postgres": self.postgres, "python": Path(self.python).name}
        return "-".join(f"{what}-{number}" for what, number in named.items() if number)

    def missing(self) -> str:
        """Why it cannot be run here, with the command that changes this; empty if it can."""
        try:
            if self.postgres:
                postgres_binaries.find(self.postgres)
            if self.python:
                find_interpreter(Path.cwd(), self.python)
        except (LabError, UsageError) as error:
            return str(error)
        return ""

    def options(self) -> list[str]:
        """The options that choose it."""
        words = ["--postgres", self.postgres] if self.postgres else []
        return [*words, "--python", self.python] if self.python else words


def chosen_pairs(context: click.Context, python: str | None) -> list[VersionPair]:
    """Every pair of the versions that were given; empty unless one option names several.

    Raises:
        UsageError: a version is given twice, or is none.
    """
    several: Sequence[str] = context.meta.get(SEVERAL, ())
    pythons = _listed("--python", python or "")
    if len(several) < 2 and len(pythons) < 2:  # noqa: PLR2004 - several
        return []
    servers = [check_major(one) for one in several] or [""]
    pairs = itertools.product(servers, pythons or [""])
    return [VersionPair(postgres=server, python=one) for server, one in pairs]


def _listed(option: str, text: str) -> list[str]:
    words = [word.strip() for word in text.split(",")] if text else []
    if not all(words) or len(set(words)) != len(words):
        raise UsageError(f"{option} {text!r:.80}: give each version once, such as 3.11,3.12")
    return words


def run_versions(
    context: click.Context, pairs: Sequence[VersionPair], seed: int, home: Path, *, quiet: bool
) -> ExitCode:
    """Run the command for each pair, print the table, write the page. One exit code for all."""
    words, columns = _without(context.meta[WORDS]), list[VersionRun]()
    for pair in pairs:
        place = home / pair.folder
        if why := pair.missing():
            columns.append(VersionRun(label=pair.label, missing=why))
            continue
        click.echo(f"\n{pair.label}")
        again = [*words, *pair.options(), "--seed", str(seed), "--output", str(place)]
        code = _run(["check", *again])
        if code in ENDS_ALL:
            return ExitCode(code)
        columns.append(read_version_run(pair.label, code, place))
    _show(columns, quiet=quiet)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = write_versions(home, columns)
    click.echo(f"page: {page}")
    return exit_code_of(columns)


def _show(columns: Sequence[VersionRun], *, quiet: bool) -> None:
    click.echo("")
    for column in columns:
        click.echo(printable(f"{column.label}: {column.summary}"))
    found = differing(columns)
    for row in found:
        cells = ", ".join(f"{one.label}: {row.cells[one.label]}" for one in columns)
        click.echo(printable(f"differs: {row.outage}: {cells}"))
        for label, reason in () if quiet else row.reasons.items():
            click.echo(printable(f"  {label}: {reason}"))
    if not found:
        click.echo("no outage differs by version, as far as they were judged")


def _run(words: Sequence[str]) -> int:
    """The command in a process of its own; Ctrl-C reaches it, too."""
    sys.stdout.flush()
    with subprocess.Popen(python_module("squall.cli", *words)) as process:  # noqa: S603 - Squall
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _without(words: Sequence[str]) -> list[str]:
    """The words without the options that each pair gets new values for."""
    return list(_kept(iter(words)))


def _kept(words: Iterator[str]) -> Iterator[str]:
    for word in words:
        if word in TAKEN:
            next(words, None)
        elif word.partition("=")[0] not in TAKEN:
            yield word
