"""``squall recheck RUN``: judge a stored run again, without servers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from squall.cli.stored_runs import echo_not_judged
from squall.cli.suite_session import EXIT
from squall.core.errors import UsageError
from squall.gates.verdict import Gate
from squall.reports.run_store import open_suite
from squall.reports.terminal import Terminal
from squall.runner.overall_verdict import overall_verdict
from squall.runner.result import Run
from squall.scenario.judge import judge_run
from squall.scenario.yaml_loader import loads

THE_REST = {"squall": "1", "name": "gates", "story": "gates", "steps": "[]"}
"""Sections that a scenario file needs in addition to its gates."""


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
    """Judge a stored run again, with its gates or others.

    No server is started. RUN is a directory that check or run wrote, or one outage in it. The
    exit code is that of the new verdict.
    """
    gates = {} if gates_file is None else gates_of(gates_file)
    suite = open_suite(directory)
    stored = suite.runs
    runs = [rejudge(each.run, gates) for each in stored]
    terminal = Terminal(quiet=quiet, verbose=verbose)
    named = all(each.path == directory / each.run.scenario.name for each in stored)
    again = shlex.join(["squall", "replay", str(directory)]) + ("/{name}" if named else "")
    terminal.table(runs, again)
    changed = [
        f"  {run.scenario.name}: {each.run.verdict.value} -> {run.verdict.value}"
        for each, run in zip(stored, runs, strict=True)
        if run.verdict is not each.run.verdict
    ]
    changes = (
        "the verdicts differ from the stored ones:" if changed else "the verdicts are as stored"
    )
    click.echo("\n".join(["", changes, *changed]))
    echo_not_judged(directory, suite)
    return int(EXIT[overall_verdict(runs, left_out=len(suite.not_judged))])


def rejudge(run: Run, gates: Mapping[str, Gate | None]) -> Run:
    """The run with the findings of the current gates, and these gates in place of its own."""
    scenario = replace(run.scenario, gates={**run.scenario.gates, **gates})
    findings = judge_run(scenario, run.evidence)
    return replace(run, scenario=scenario, findings=findings)


def gates_of(path: Path) -> Mapping[str, Gate | None]:
    """The gates of a file: a scenario, or a file that contains only ``gates:``.

    Raises:
        UsageError: each problem with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--gates {path}: cannot be read: {error}") from error
    given = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    if "gates" not in given:
        raise UsageError(f"{path}:1: has no 'gates:'; write it as in a scenario file, names below")
    # The rest is appended at the end, so that the lines of the file keep their numbers.
    rest = "".join(f"\n{key}: {value}" for key, value in THE_REST.items() if key not in given)
    return loads(f"{text}{rest}\n", file=str(path)).gates
