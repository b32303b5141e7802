"""Read runs back from their directories, for ``recheck``, ``compare`` and ``replay``.

A run directory may come from elsewhere, so nothing in it is executed. Possible secrets are not
written to it: only names of variables and headers, and the import string of the app.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from squall.config.installed_versions import installed_versions
from squall.config.profile import AppProfile
from squall.core.errors import UsageError
from squall.gates.verdict import Finding
from squall.history import store
from squall.history.coverage import Coverage
from squall.history.evidence import Evidence
from squall.lab.lab_options import LabOptions
from squall.reports.digests import verify_digests
from squall.reports.serialization import from_json_data, to_json_data
from squall.reports.shard_record import Part
from squall.reports.stored_options import replayed_options, stored_options
from squall.reports.stored_verdict import (
    VERSION,
    AsideEntry,
    BrokenEntry,
    OutageEntry,
    VerdictFile,
    read_document,
    read_verdict,
)
from squall.runner.run import Run
from squall.scenario.yaml_loader import load

OWN_FILES = ("ops", "events")
"""Fields of Evidence that have their own file of JSON lines; all others are in evidence.json."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One outage of an earlier command."""

    run: Run
    """The run as it was judged at the time."""
    path: Path
    reproduce: str
    coverage: Coverage | None = None
    """What of the app the load had; None where it was not measured."""
    app: str = ""
    """Its import string, or ``a command``."""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Of Python, Squall and the app's libraries; empty where an older Squall wrote the run."""


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """What gates need in addition to history and events."""
    rest = {
        field.name: to_json_data(getattr(evidence, field.name))
        for field in dataclasses.fields(evidence)
        if field.name not in OWN_FILES
    }
    return {"squall": "evidence", "version": VERSION, **rest}


def run_document(
    run: Run, options: LabOptions, reproduce: str, digests: Mapping[str, str]
) -> dict[str, Any]:
    """What is needed to repeat the run, without secrets."""
    return {
        "squall": "run",
        "version": VERSION,
        "scenario": run.scenario.name,
        "seed": run.seed,
        "engine": run.engine,
        "reproduce": reproduce,
        "options": stored_options(options),
        "versions": installed_versions(options.profile.python),
        "digests": dict(digests),
    }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredSuite:
    """The stored result of an earlier command."""

    runs: tuple[StoredRun, ...]
    not_judged: Mapping[str, str]
    """Outages without a run because a lab failed or the command ended, with the reason. They stay
    unproven, whenever the suite is read again.
    """
    broken: tuple[BrokenEntry, ...] = ()
    """Every lab that failed, also where a repeat has a verdict."""
    skipped: tuple[AsideEntry, ...] = ()
    part: Part | None = None
    """What it is of a check that several machines share; None: all of it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _RunFile:
    seed: int
    engine: str
    reproduce: str
    digests: dict[str, str] = dataclasses.field(default_factory=dict)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)


def open_runs(path: Path) -> list[StoredRun]:
    """The runs below a directory that ``check`` or ``run`` wrote, or the one run that it holds.

    Raises:
        UsageError: there is no run, or a file of it cannot be read by this version.
    """
    return list(open_suite(path).runs)


def open_suite(path: Path) -> StoredSuite:
    """The same, with the outages that have no run.

    Raises:
        UsageError: as :func:`open_runs`.
    """
    if (path / "history.jsonl").is_file():
        return StoredSuite(runs=(_open(path),), not_judged={})
    file = path / "verdict.json"
    summary = read_verdict(file)
    ran = {outage.scenario for outage in summary.outages}
    for outage in summary.outages:
        if Path(outage.directory).name != outage.directory:
            raise UsageError(f"{file}: {outage.directory!r} is not a directory below it")
    left_out = {one.scenario: one.reason for one in summary.broken if one.scenario not in ran}
    return StoredSuite(
        runs=tuple(_open_entry(path, outage) for outage in summary.outages),
        not_judged={**left_out, **_unlisted(path, summary), **_merge_problems(summary)},
        broken=summary.broken,
        skipped=summary.skipped,
        part=summary.shard or summary.merged,
    )


def _open_entry(path: Path, entry: OutageEntry) -> StoredRun:
    """A run, which must match the summary."""
    stored = _open(path / entry.directory)
    summarized = {finding.gate: finding.verdict for finding in entry.findings}
    if summarized != {finding.gate: finding.verdict for finding in stored.run.findings}:
        raise UsageError(
            f"{path / 'verdict.json'}: the findings on {entry.scenario} differ from those in"
            f" {entry.directory}/verdict.json: one of the files was changed after the run"
        )
    return stored


def _unlisted(path: Path, summary: VerdictFile) -> dict[str, str]:
    """Runs that have a directory and are not in the summary."""
    listed = {outage.directory for outage in summary.outages}
    found = sorted(file.parent.name for file in path.glob("*/history.jsonl"))
    reason = "it has a directory, and verdict.json does not list it"
    return {name: reason for name in found if name not in listed}


def _merge_problems(summary: VerdictFile) -> dict[str, str]:
    """What was missing, doubled or foreign when shards were merged leaves the whole unproven."""
    told = summary.merged.problems if summary.merged else ()
    return {f"problem {number} of the merge": text for number, text in enumerate(told, 1)}


def _open(path: Path) -> StoredRun:
    """A stored run. Every mismatch becomes one message with its place."""
    try:
        return _opened(path)
    except (KeyError, TypeError, ValueError, AttributeError, LookupError, RecursionError) as error:
        told = f"{type(error).__name__}: {error}"[:200]
        raise UsageError(f"{path}: does not fit this version of Squall: {told}") from error


def _opened(path: Path) -> StoredRun:
    about = from_json_data(
        _RunFile, read_document(path / "run.json", "run"), where=str(path / "run.json")
    )
    rest = read_document(path / "evidence.json", "evidence")
    plain = {name: value for name, value in rest.items() if name not in ("squall", "version")}
    fields = {"ops": [], "events": [], **plain}
    evidence = dataclasses.replace(
        from_json_data(Evidence, fields, where=str(path / "evidence.json")),
        ops=tuple(store.read_ops(path / "history.jsonl")),
        events=tuple(store.read_events(path / "events.jsonl")),
    )
    run = Run(
        scenario=load(path / "scenario.squall.yaml"),
        seed=about.seed,
        engine=about.engine,
        evidence=evidence,
        findings=_findings(path / "verdict.json"),
    )
    verify_digests(path, about.digests)
    return StoredRun(
        run=run, path=path, reproduce=about.reproduce, versions=about.versions,
        app=str(about.options.get("app", "")),
        coverage=read_verdict(path / "verdict.json").known_coverage,
    )  # fmt: skip


def _findings(file: Path) -> tuple[Finding, ...]:
    return read_verdict(file).findings_of_one(file)


def options_of(stored: StoredRun, profile: AppProfile) -> LabOptions:
    """Lab options of a stored run for the app configured here. Nothing that the run names is
    started.

    Raises:
        UsageError: the run was of another app, or of one that was already running.
    """
    file = stored.path / "run.json"
    plain = read_document(file, "run").get("options")
    return replayed_options(plain, profile, stored.run.seed, file)
