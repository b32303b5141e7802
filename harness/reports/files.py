"""The run directory: everything that is needed to look again, and to judge again.

<output>/
├── verdict.json                    all outages
└── <outage>/  scenario.squall.yaml  history.jsonl  events.jsonl  verdict.json  app.log
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.checkers.verdict import worst
from harness.core.errors import UsageError
from harness.history import store
from harness.scenario.lab import Lab
from harness.scenario.loader import dump
from harness.scenario.runner import Run


class RunDirectory:
    """The files of one command."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--output {path}: cannot be made: {error.strerror}") from error

    def write_run(self, run: Run, lab: Lab) -> None:
        """The files of one scenario."""
        home = self.path / run.scenario.name
        home.mkdir(exist_ok=True)
        (home / "scenario.squall.yaml").write_text(dump(run.scenario), encoding="utf-8")
        store.write_ops(home / "history.jsonl", run.evidence.ops)
        store.write_events(home / "events.jsonl", run.evidence.events)
        (home / "verdict.json").write_text(json.dumps(as_json(run), indent=2) + "\n")
        with suppress(OSError):
            shutil.copyfile(lab.app.log_path, home / "app.log")
            shutil.copyfile(lab.database.log_path, home / "postgres.log")

    def write_summary(self, runs: Sequence[Run]) -> None:
        """The verdict over all scenarios."""
        body = {
            "version": 1,
            "verdict": worst(run.verdict for run in runs).value,
            "outages": [as_json(run) for run in runs],
        }
        (self.path / "verdict.json").write_text(json.dumps(body, indent=2) + "\n")


def as_json(run: Run) -> dict[str, Any]:
    """One run's verdict with every finding."""
    return {
        "scenario": run.scenario.name,
        "seed": run.seed,
        "engine": run.engine,
        "verdict": run.verdict.value,
        "operations": len(run.evidence.ops),
        "findings": [dataclasses.asdict(finding) for finding in run.findings],
    }
