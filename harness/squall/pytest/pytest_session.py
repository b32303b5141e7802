"""The state of one pytest session (or one worker of xdist): its lab, and the report of its runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from squall.config.resolve_profile import resolve_profile
from squall.core.errors import UsageError
from squall.gates.registry import thresholds
from squall.lab.lab_options import LabOptions
from squall.pytest.outage_runs import AppLogs
from squall.reports.retention import named_by_time, remove_old_runs
from squall.reports.run_directory import RunDirectory
from squall.reports.sweep_directory import write_sweep
from squall.runner.suite_events import ScenarioFinished, SuiteEvent, SuiteListener
from squall.runner.sync import SyncLab
from squall.scenario.model import Scenario
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sync_sweep_lab import SyncSweepLab

DEFAULT_OUTPUT = Path(".squall") / "runs"
TRUE = ("true", "1", "yes", "on")


class PytestSession:
    """The lab starts with its first run; the report directory is created with the first verdict."""

    def __init__(self, values: Mapping[str, str], root: Path, seed: int, worker: str) -> None:
        """``values`` are those of the options, by name. Raises UsageError if one is wrong."""
        self._values = values
        self._root = root
        self._worker = worker
        self._files: RunDirectory | None = None
        self._home: Path | None = None
        self.logs = AppLogs()
        self.gates = thresholds([one for one in values["gates"].split(";") if one.strip()])
        self.rate = _number(values, "rate")
        options = _lab_options(values, root, seed)
        paired = values["paired"] in TRUE
        listeners: list[SuiteListener] = [self.logs, self._write]
        self.lab = SyncLab(options, listeners=listeners, paired=paired)
        self.sweeps = SyncSweepLab(options)

    def with_options(self, scenario: Scenario) -> Scenario:
        """The scenario with the gates, and at most the load, that the options name."""
        added = {**scenario.gates, **self.gates}
        wanted = dataclasses.replace(scenario, gates=added) if self.gates else scenario
        return wanted if self.rate is None else wanted.at_most(self.rate)

    @property
    def report(self) -> Path | None:
        """The directory of the reports; None before the first verdict."""
        return None if self._files is None else self._files.path

    def close(self) -> None:
        """End the lab and let other commands write to the directory."""
        if self._files is not None:
            self._files.close()
        try:
            self.lab.close()
        finally:
            self.sweeps.close()

    def write_sweep(self, result: SweepResult, name: str) -> Path:
        """Write the files of a sweep beside those of the outages. Returns its page."""
        return write_sweep(self._directory() / name, result)

    def _write(self, event: SuiteEvent) -> None:
        if isinstance(event, ScenarioFinished):
            if self._files is None:
                self._files = RunDirectory(self._directory(), self._values["reproduce"])
            self._files.write_finished(event.run, event.lab)

    def _directory(self) -> Path:
        """The same for the whole session."""
        given = self._values["output"]
        if given:
            return Path(given) / self._worker
        if self._home is None:
            remove_old_runs(self._root / DEFAULT_OUTPUT)
            self._home = named_by_time(self._root / DEFAULT_OUTPUT) / self._worker
        return self._home


def _lab_options(values: Mapping[str, str], root: Path, seed: int) -> LabOptions:
    profile = resolve_profile(
        root, values["app"] or None, factory=values["factory"] in TRUE, named="--squall-app"
    )
    deadline = _number(values, "deadline")
    if deadline is not None:
        contract = dataclasses.replace(profile.contract, deadline_seconds=deadline)
        profile = dataclasses.replace(profile, contract=contract)
    return LabOptions(
        profile=profile, engine=values["engine"], seed=seed, provider=values["provider"]
    )


def _number(values: Mapping[str, str], name: str) -> float | None:
    """A number greater than 0; None if the option was not given."""
    text = values[name]
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not number > 0:
        raise UsageError(f"--squall-{name} must be a number more than 0, got {text!r}")
    return number
