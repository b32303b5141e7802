"""``squall recheck RUN``: judge a stored run again, without servers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.core.errors import UsageError

if TYPE_CHECKING:
    from harness.checkers.verdict import Checker
    from harness.scenario.runner import Run

THE_REST = {"squall": "1", "name": "gates", "story": "gates", "steps": "[]"}
"""What a scenario file needs besides its gates."""


@click.command()
@click.argument("directory", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--gates",
    "gates_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Gates that replace those of the run by name: 'gates:' as in a scenario file.",
)
@click.option("--quiet", is_flag=True, help="Print only the table.")
@click.option("--verbose", is_flag=True, help="Print every finding, not only the bad ones.")
def recheck(directory: Path, *, gates_file: Path | None, quiet: bool, verbose: bool) -> int:
    """Judge a stored RUN again, as it is or with other gates; no server is started.

    RUN is a directory that check or run wrote, or one outage in it. The exit code is that of the
    new verdict.
    """
    from harness.checkers.verdict import worst  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.cli.session import EXIT  # noqa: PLC0415 - the same
    from harness.reports.stored import open_runs  # noqa: PLC0415 - the same
    from harness.reports.terminal import Terminal  # noqa: PLC0415 - the same

    gates = {} if gates_file is None else gates_of(gates_file)
    stored = open_runs(directory)
    runs = [rejudged(each.run, gates) for each in stored]
    terminal = Terminal(quiet=quiet, verbose=verbose)
    named = all(each.path == directory / each.run.scenario.name for each in stored)
    again = shlex.join(["squall", "replay", str(directory)]) + ("/{name}" if named else "")
    terminal.table(runs, again)
    changed = [
        f"  {run.scenario.name}: {each.run.verdict.value} -> {run.verdict.value}"
        for each, run in zip(stored, runs, strict=True)
        if run.verdict is not each.run.verdict
    ]
    told = "the verdicts differ from the stored ones:" if changed else "the verdicts are as stored"
    click.echo("\n".join(["", told, *changed]))
    return int(EXIT[worst(run.verdict for run in runs)])


def rejudged(run: Run, gates: Mapping[str, Checker | None]) -> Run:
    """The run with the findings of today's judges, and these gates in place of its own."""
    from harness.checkers.starvation import excused  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.checkers.verdict import judged  # noqa: PLC0415 - the same

    scenario = replace(run.scenario, gates={**run.scenario.gates, **gates})
    findings = excused([judged(gate, run.evidence) for gate in scenario.checkers()], run.evidence)
    return replace(run, scenario=scenario, findings=findings)


def gates_of(path: Path) -> Mapping[str, Checker | None]:
    """The gates of a file: a scenario's, or a file that has nothing but ``gates:``.

    Raises:
        UsageError: each problem with file and line.
    """
    from harness.scenario.loader import loads  # noqa: PLC0415 - keeps `squall --help` quick

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--gates {path}: cannot be read: {error}") from error
    given = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    if "gates" not in given:
        raise UsageError(f"{path}:1: has no 'gates:'; write it as in a scenario file, names below")
    # The rest goes to the end, so that the lines of the file keep their numbers.
    rest = "".join(f"\n{key}: {value}" for key, value in THE_REST.items() if key not in given)
    return loads(f"{text}{rest}\n", file=str(path)).gates
