"""Runs made by hand: operations every 10 ms, one outage from 1 s to 2 s, samples of sessions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from squall.cli.main import squall
from squall.config.profile import REFERENCE
from squall.core import events
from squall.gates.verdict import Finding, Verdict
from squall.history.coverage import Coverage
from squall.history.evidence import Contract, Evidence, FinalState
from squall.history.op import Op
from squall.lab.lab_options import LabOptions
from squall.reports.run_directory import RunDirectory
from squall.reports.shard_record import ShardRecord
from squall.reports.verdict_json import Reported
from squall.runner.result import EVERYTHING_RAN, NotRun
from squall.runner.run import Run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults import Refuse

BuildRun = Callable[..., Run]


def good_ops(make: Any) -> Iterator[Op]:
    """300 reads, all good; 100 in each window."""
    for number in range(300):
        yield make.op(number)


def samples() -> Iterator[events.Event]:
    """Sessions each 100 ms, none between 1.2 s and 1.8 s: the database was away."""
    for tick in range(30):
        when = tick / 10
        if not 1.2 <= when < 1.8:  # the database does not answer
            yield events.BackendsSampled(at=when, total=5, active=1, idle=4, idle_in_transaction=0)


@pytest.fixture
def run(make: Any) -> BuildRun:
    """A run; give ``ops``, ``findings`` or fields of the scenario to differ."""

    def build(**given: Any) -> Run:
        ops = tuple(given.pop("ops", good_ops(make)))
        findings = given.pop("findings", (Finding(
            gate="recovery-time", verdict=Verdict.PASS, code="holds",
            reason="recovered 0 ms after the heal",
            figures={"recovery_ms": 0.0, "bad_after_heal": 0},
        ),))  # fmt: skip
        happened = sorted([*make.outage(), *samples()], key=lambda event: event.at)
        fields = {"name": "cut", "story": "The line is cut.", **given}
        return Run(
            scenario=Scenario(steps=(at(0, Refuse(), lasting=1),), **fields),
            seed=7,
            engine="embedded",
            evidence=Evidence(
                ops=ops,
                events=(
                    events.RunStarted(at=0.0, scenario=fields["name"], seed=7, engine="embedded"),
                    *happened,
                    events.RunEnded(at=3.0),
                ),
                final_state=FinalState(
                    writes={"k1": 1}, conserved={"sum": 9}, conserved_before={"sum": 9}
                ),
                contract=Contract(deadline_seconds=1.0),
            ),
            findings=tuple(findings),
        )

    return build


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A failed finding of a gate."""

    def build(gate: str = "availability", **changes: Any) -> Finding:
        base = Finding(gate=gate, verdict=Verdict.FAIL, code=gate, reason="60% were good, not 90%")
        return dataclasses.replace(base, **changes)

    return build


@pytest.fixture
def reported() -> Callable[..., Reported]:
    """A run with its place and its command."""

    def build(run: Run, **changes: Any) -> Reported:
        fields = {"directory": run.scenario.name, "reproduce": "squall check --only cut --seed 7"}
        return Reported(run=run, **{**fields, **changes})

    return build


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., Path]:
    """Runs written as a command writes them; the directory."""

    def write(
        *runs: Run,
        name: str = "out",
        not_run: NotRun = EVERYTHING_RAN,
        part: ShardRecord | None = None,
        coverage: Coverage | None = None,
        **profile: Any,
    ) -> Path:
        logs = tmp_path / f"{name}-logs"
        logs.mkdir(exist_ok=True)
        app, database = (SimpleNamespace(log_path=logs / part) for part in ("app", "database"))
        app.log_path.write_text("starting\n", encoding="utf-8")
        database.log_path.write_text("ready\n", encoding="utf-8")
        options = LabOptions(profile=dataclasses.replace(REFERENCE, **profile), seed=7)
        lab: Any = SimpleNamespace(options=options, app=app, database=database, coverage=coverage)
        directory = RunDirectory(tmp_path / name, "squall check --only {name} --seed 7", part)
        for run in runs:
            with app.log_path.open("a", encoding="utf-8") as log:
                log.write(f"ERROR in {run.scenario.name}\n")
            directory.write_run(run, lab)
        directory.write_reports(runs, not_run)
        return directory.path

    return write


@pytest.fixture
def say() -> Callable[..., tuple[int, str]]:
    """The exit code and the output of a command line; errors come as they are raised."""

    def invoke(*words: object) -> tuple[int, str]:
        arguments = [str(word) for word in words]
        result = CliRunner().invoke(squall, arguments, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return int(result.return_value or 0), result.output

    return invoke
