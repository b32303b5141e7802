"""Lies in a stored run: truncated or edited files, which ``squall recheck`` reads."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from squall.config.profile import REFERENCE
from squall.gates.verdict import Finding, Verdict
from squall.lab.lab import Lab
from squall.lab.lab_options import LabOptions
from squall.reports.run_directory import RunDirectory
from squall.reports.run_store import open_suite
from squall.runner.overall_verdict import overall_verdict
from squall.runner.result import LabFailure, NotRun, Run
from squall.scenario.judge import judge_run
from squall.scenario.model import Scenario
from squall.selftest.honest_run import SCENARIO, honest_evidence, judged

BROKEN = "selftest-broken"


def write_suite(path: Path, runs: tuple[Run, ...], *, broken: bool = False) -> None:
    """Write a run directory like ``squall check``."""
    logs = SimpleNamespace(log_path=path / "no.log")
    lab = SimpleNamespace(options=LabOptions(profile=REFERENCE), app=logs, database=logs)
    directory = RunDirectory(path, "squall check --only {name}")
    for run in runs:
        directory.write_run(run, cast("Lab", lab))
    failed = LabFailure(scenario=replace(SCENARIO, name=BROKEN), reason="the engine ended")
    directory.write_reports(runs, NotRun(broken=[failed] * broken))


def reread(path: Path) -> tuple[Verdict, list[Finding]]:
    """Judge everything again, like ``squall recheck``.

    Raises:
        UsageError: a file differs from what was written.
    """
    suite = open_suite(path)
    runs = [
        replace(one.run, findings=judge_run(one.run.scenario, one.run.evidence))
        for one in suite.runs
    ]
    verdict = overall_verdict(runs, left_out=len(suite.not_judged))
    return verdict, [finding for run in runs for finding in run.findings]


def _lines(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))


def _json(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _all_pass(document: dict[str, Any]) -> None:
    document["verdict"] = "pass"
    for outage in document["outages"]:
        outage["verdict"] = "pass"
        for finding in outage["findings"]:
            finding["verdict"] = "pass"


def _only_first(document: dict[str, Any]) -> None:
    del document["outages"][1:]


def _not_broken(document: dict[str, Any]) -> None:
    document["broken"] = []


def _uncounted(document: dict[str, Any]) -> None:
    document.update(offered=None, planned=None)


def _lenient(lines: list[str]) -> list[str]:
    return [*(line for line in lines if not line.startswith("gates:")),
            "gates:\n  availability: off\n  recovery-time: off\n"]  # fmt: skip


FAILED = "failing"
"""The outage that really failed. ``selftest`` is the one that passed."""

LIES: Mapping[str, Callable[[Path], None]] = {
    "a stored verdict is edited": lambda home: _json(home / FAILED / "verdict.json", _all_pass),
    "the verdict over all outages is edited": lambda home: _json(home / "verdict.json", _all_pass),
    "the failed outage is struck from verdict.json": lambda home: _json(
        home / "verdict.json", _only_first
    ),
    "the directory of the failed outage is removed": lambda home: shutil.rmtree(home / FAILED),
    "the bad answers are cut out of the stored history": lambda home: _lines(
        home / FAILED / "history.jsonl",
        lambda lines: [x for x in lines if '"status": 500' not in x],
    ),
    "the stored history is replaced by that of another run": lambda home: _lines(
        home / FAILED / "history.jsonl",
        lambda _: (home / SCENARIO.name / "history.jsonl").read_text().splitlines(keepends=True),
    ),
    "the stored events are those of another run": lambda home: _lines(
        home / FAILED / "events.jsonl", lambda lines: lines[:-1]
    ),
    "the gates are switched off in the stored scenario": lambda home: _lines(
        home / FAILED / "scenario.squall.yaml", _lenient
    ),
    "the counts are removed from the stored evidence": lambda home: _json(
        home / FAILED / "evidence.json", _uncounted
    ),
}
"""By what is planted. Each changes the directory of a passed and of a failed outage."""


def failing_run() -> Run:
    """A run in which most answers during and after the fault are errors."""
    honest = honest_evidence()
    ops = tuple(
        replace(op, status=500, outcome=type(op.outcome).UNKNOWN, body="no")
        if op.intended > 1 and not op.key
        else op
        for op in honest.ops
    )
    scenario: Scenario = replace(SCENARIO, name=FAILED)
    return judged(replace(honest, ops=ops), scenario)


@contextmanager
def stored_suite(*, failing: bool = False, broken: bool = False) -> Iterator[Path]:
    """The run directory of a command, for a lie to change. It is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="squall-selftest-") as home:
        out = Path(home) / "out"
        runs = [judged(honest_evidence()), *([failing_run()] if failing else [])]
        write_suite(out, tuple(runs), broken=broken)
        yield out
