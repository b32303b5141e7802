"""The run directory: everything that is needed to look again, to judge again and to run again.

<output>/
├── verdict.json  junit.xml  index.html        all outages
└── <outage>/
    ├── report.html  verdict.json              for people and for programs
    ├── scenario.squall.yaml  run.json         what was run, and how to do it again
    ├── history.jsonl  events.jsonl  evidence.json    what judges saw
    └── app.log  postgres.log
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.core.errors import UsageError
from harness.history import store
from harness.reports.html import page
from harness.reports.junit import junit
from harness.reports.stored import evidence_document, run_document
from harness.reports.verdict_json import Reported, document
from harness.scenario.dumper import dump
from harness.scenario.lab import Lab
from harness.scenario.outcome import NOTHING_ASIDE, Aside, Run

LOGS = ("app.log", "postgres.log")


class RunDirectory:
    """The files of one command."""

    def __init__(self, path: Path, reproduce: str) -> None:
        """``reproduce`` is the command that repeats one scenario, with ``{name}``."""
        self.path = path
        self._reproduce = reproduce
        self._names: set[str] = set()
        self._written: list[Reported] = []
        self._kept: dict[Path, int] = {}
        self._begun = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--output {path}: cannot be made: {error.strerror}") from error

    def write_run(self, run: Run, lab: Lab) -> None:
        """The files of one scenario that must outlive the lab; reports come when all has run."""
        reported = Reported(
            run=run,
            directory=self._directory(run.scenario.name),
            reproduce=self._reproduce.replace("{name}", run.scenario.name),
            app=lab.options.profile.name,
            begun=self._begun,
        )
        home = self.path / reported.directory
        home.mkdir(exist_ok=True)
        (home / "scenario.squall.yaml").write_text(dump(run.scenario), encoding="utf-8")
        store.write_ops(home / "history.jsonl", run.evidence.ops)
        store.write_events(home / "events.jsonl", run.evidence.events)
        _write_json(home / "evidence.json", evidence_document(run.evidence))
        _write_json(home / "run.json", run_document(run, lab.options, reported.reproduce))
        here = Reported(run=run, directory=".", reproduce=reported.reproduce)
        _write_json(home / "verdict.json", document([here]))
        for name, path in zip(LOGS, (lab.app.log_path, lab.database.log_path), strict=True):
            with suppress(OSError):
                self._keep_log(path, home / name)
        self._written.append(reported)

    def _keep_log(self, log: Path, copy: Path) -> None:
        """What was printed since the last run: a log lives as long as its lab."""
        text = log.read_bytes()
        begun = self._kept.get(log, 0)
        copy.write_bytes(text[begun if begun <= len(text) else 0 :])
        self._kept[log] = len(text)

    def _directory(self, scenario: str) -> str:
        """A name of its own below the output directory, whatever the scenario is called."""
        plain = re.sub(r"[^\w.-]+", "-", scenario).strip("-.") or "scenario"
        numbered = (f"{plain}-{number}" for number in itertools.count(2))
        name = next(n for n in itertools.chain([plain], numbered) if n not in self._names)
        self._names.add(name)
        return name

    def write_reports(self, runs: Sequence[Run], aside: Aside = NOTHING_ASIDE) -> list[Reported]:
        """Reports over all scenarios, in the order of ``runs``."""
        places = {id(run): place for place, run in enumerate(runs)}
        reported = sorted(self._written, key=lambda each: places.get(id(each.run), len(places)))
        _write_json(self.path / "verdict.json", document(reported, aside))
        (self.path / "junit.xml").write_text(junit(reported, aside), encoding="utf-8")
        for each in reported:
            home = self.path / each.directory
            (home / "report.html").write_text(page.report(each, logs_of(home)), encoding="utf-8")
        (self.path / "index.html").write_text(page.index(reported, aside), encoding="utf-8")
        return reported


def logs_of(home: Path) -> dict[str, str]:
    """The logs of a run, by file name; those that are not there are left out."""
    found = {}
    for name in LOGS:
        with suppress(OSError):
            found[name] = (home / name).read_text(encoding="utf-8", errors="replace")
    return found


def _write_json(path: Path, body: dict[str, Any]) -> None:
    path.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
