"""The run directory: everything that is needed to inspect, judge and run a scenario again.

<output>/
├── verdict.json  junit.xml  index.html        all outages
└── <outage>/
    ├── report.html  verdict.json              for people and for programs
    ├── scenario.squall.yaml  run.json         what was run, and how to repeat it
    ├── history.jsonl  events.jsonl  evidence.json    what gates judged
    └── app.log  postgres.log

A listener of the suite: files are written as outages end, so that an interruption loses only
outages that have not run yet. Until the end, an outage without a verdict counts as not judged.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from squall.core.errors import UsageError
from squall.history import store
from squall.lab.lab import Lab
from squall.reports.atomic_file import replaced, write_json, write_text
from squall.reports.digests import digests_of
from squall.reports.directory_lock import NAME, DirectoryLock
from squall.reports.html import page
from squall.reports.junit import junit
from squall.reports.log_tail import LogTail
from squall.reports.run_store import evidence_document, run_document
from squall.reports.shard_record import Part
from squall.reports.verdict_json import Reported, document
from squall.runner.result import EVERYTHING_RAN, LabFailure, NotRun, Run
from squall.runner.suite_events import (
    LabFailed,
    ScenarioFinished,
    ScenarioSkipped,
    SuiteEvent,
    SuiteFinished,
    SuiteStarted,
    TimeLimitReached,
)
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped
from squall.scenario.yaml_dumper import dump

LOGS = ("app.log", "postgres.log")
UNFINISHED = "not run: the command has not ended, or was killed"
INTERRUPTED = "not run: the command was interrupted"


class RunDirectory:
    """The files of one command."""

    def __init__(self, path: Path, reproduce: str, part: Part | None = None) -> None:
        """``reproduce`` is the command that repeats one scenario, with ``{name}``; ``part`` is what
        the directory holds of a check that several machines share.
        """
        self.path = path
        self.part = part
        self._reproduce = reproduce
        self._names: set[str] = set()
        self._written: list[Reported] = []
        self._logs = LogTail()
        self._planned: list[Scenario] = []
        self._failed: list[LabFailure] = []
        self._skipped: list[Skipped] = []
        self.not_run = EVERYTHING_RAN
        """What reports contain in addition to the runs."""
        self._one_at_a_time = threading.Lock()
        self._begun = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
        self._lock = DirectoryLock(path / NAME)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.take(f"--output {path}")
        except OSError as error:
            raise UsageError(f"--output {path}: cannot be made: {error.strerror}") from error

    def __call__(self, event: SuiteEvent) -> Awaitable[None] | None:
        """Write what is known now, in a thread, so that other labs do not wait."""
        match event:
            case SuiteStarted():
                self._planned = [one for group in event.groups for one in group.scenarios]
                self._write_so_far(UNFINISHED)
            case ScenarioSkipped():
                self._skipped.append(event.skipped)
            case TimeLimitReached():
                self._skipped.extend(event.left)
            case LabFailed():
                self._failed.append(event.failure)
                return asyncio.to_thread(self._write_so_far, UNFINISHED)
            case ScenarioFinished():
                return asyncio.to_thread(self.write_finished, event.run, event.lab)
            case SuiteFinished():
                self._failed = list(event.result.failures)
                self._write_so_far(INTERRUPTED)
                self.close()
        return None

    def write_finished(self, run: Run, lab: Lab) -> None:
        """The files of one outage, and the reports over all so far."""
        self.write_run(run, lab)
        self._write_so_far(UNFINISHED)

    def _write_so_far(self, reason: str) -> None:
        """Reports over all outages. Those without a verdict yet are not judged."""
        with self._one_at_a_time:
            known = {each.run.scenario.name for each in self._written}
            known |= {each.scenario.name for each in self._failed}
            known |= {each.scenario.name for each in self._skipped}
            pending = [
                LabFailure(scenario=one, reason=reason, attempted=False)
                for one in self._planned
                if one.name not in known
            ]
            self.not_run = NotRun(broken=[*self._failed, *pending], skipped=self._skipped)
            self._write_reports(self.reported, self.not_run)

    def write_run(self, run: Run, lab: Lab) -> Reported:
        """The files of one outage. The logs exist as long as the lab is up."""
        with self._one_at_a_time:
            reported = Reported(
                run=run,
                directory=self.directory_for(run.scenario.name),
                reproduce=self._reproduce.replace("{name}", run.scenario.name),
                app=lab.options.profile.name,
                begun=self._begun,
                coverage=getattr(lab, "coverage", None),
            )
        home = self.path / reported.directory
        home.mkdir(mode=0o700, exist_ok=True)
        self._write_evidence(home, reported, lab)
        write_text(home / "report.html", page.report(reported, logs_of(home)))
        with self._one_at_a_time:
            self._written.append(reported)
        return reported

    def _write_evidence(self, home: Path, reported: Reported, lab: Lab) -> None:
        run = reported.run
        write_text(home / "scenario.squall.yaml", dump(run.scenario))
        with replaced(home / "history.jsonl") as file:
            store.write_ops(file, run.evidence.ops)
        with replaced(home / "events.jsonl") as file:
            store.write_events(file, run.evidence.events)
        write_json(home / "evidence.json", evidence_document(run.evidence))
        write_json(home / "verdict.json", document([replace(reported, directory=".", made={})]))
        about = run_document(run, lab.options, reported.reproduce, digests_of(home))
        write_json(home / "run.json", about)
        for name, path in zip(LOGS, (lab.app.log_path, lab.database.log_path), strict=True):
            with suppress(OSError):  # a missing log is left out
                write_text(home / name, self._logs.read_new(path))

    def add(self, reported: Reported) -> None:
        """A run whose files are there already."""
        self._written.append(reported)

    def directory_for(self, scenario: str) -> str:
        """A unique name below the output directory, whatever the scenario's name is."""
        plain = re.sub(r"[^\w.-]+", "-", scenario).strip("-.") or "scenario"
        numbered = (f"{plain}-{number}" for number in itertools.count(2))
        name = next(n for n in itertools.chain([plain], numbered) if n not in self._names)
        self._names.add(name)
        return name

    @property
    def reported(self) -> list[Reported]:
        """Every outage that has a verdict, in the order of the table."""
        return self._in_order(self._planned)

    def _in_order(self, planned: Sequence[Scenario]) -> list[Reported]:
        places = {id(scenario): place for place, scenario in enumerate(planned)}
        return sorted(
            self._written, key=lambda each: places.get(id(each.run.scenario), len(places))
        )

    def write_reports(self, runs: Sequence[Run], not_run: NotRun = EVERYTHING_RAN) -> None:
        """Reports over all written outages, in the order of ``runs``. The last step."""
        self._write_reports(self._in_order([run.scenario for run in runs]), not_run)
        self.close()

    def _write_reports(self, reported: Sequence[Reported], not_run: NotRun) -> None:
        write_json(self.path / "verdict.json", document(reported, not_run, self.part))
        write_text(self.path / "junit.xml", junit(reported, not_run, self.part))
        write_text(self.path / "index.html", page.index(reported, not_run, self.part))

    def close(self) -> None:
        """Let other commands write to this directory."""
        self._lock.release()


def logs_of(home: Path) -> dict[str, str]:
    """The logs of a run by file name; missing ones are left out."""
    found = {}
    for name in LOGS:
        with suppress(OSError):
            found[name] = (home / name).read_text(encoding="utf-8", errors="replace")
    return found
