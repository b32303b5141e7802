"""verdict.json: a run's result for programs, as defined by ``schema/verdict.schema.json``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from squall.gates.verdict import Finding, Verdict
from squall.history.coverage import Coverage
from squall.history.evidence import Window
from squall.reports.published_schema import published_schema
from squall.reports.shard_record import Part
from squall.reports.windows import (
    WINDOWS,
    fault_spans,
    recovery_ms,
    run_seconds,
    window_figures,
)
from squall.runner.overall_verdict import overall_verdict
from squall.runner.result import (
    EVERYTHING_RAN,
    LabFailure,
    NotRun,
    Run,
    without_a_run,
)

VERSION = 1

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A run with the additional data of its reports."""

    run: Run
    directory: str
    """Where its files are, relative to the file or page that refers to them."""
    reproduce: str
    """The command that repeats it."""
    app: str = ""
    """The app under test, as its profile names it."""
    begun: str = ""
    """Start time for people: ``2026-01-31 14:05 UTC``."""
    coverage: Coverage | None = None
    """Which operations of the app's API the load requested; None if not measured."""
    made: dict[str, Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """Cached parts of reports over all outages, which are rewritten whenever an outage ends."""

    def once(self, part: str, make: Callable[[Reported], T]) -> T:
        """A part of a report, created on first use."""
        if part not in self.made:
            self.made[part] = make(self)
        made: T = self.made[part]
        return made


def schema() -> dict[str, Any]:
    """The published schema (JSON Schema 2020-12)."""
    return published_schema("verdict")


def document(
    reported: Sequence[Reported], aside: NotRun = EVERYTHING_RAN, part: Part | None = None
) -> dict[str, Any]:
    """The whole file, for one outage or for many, or for a part of those of a check."""
    left = unproven(reported, aside.broken)
    body = {
        "squall": "verdict",
        "version": VERSION,
        "verdict": verdict_of(reported, left_out=len(left) + problems_of(part)).value,
        **(part.entry if part else {}),
        "outages": [each.once("verdict.json", _outage) for each in reported],
    }
    coverage = coverage_of(reported)
    if coverage is not None:
        body["coverage"] = coverage_document(coverage)
    if aside.broken:
        body["broken"] = [_broken(each) for each in aside.broken]
    if aside.skipped:
        body["skipped"] = [
            {"scenario": each.scenario.name, "reason": each.reason} for each in aside.skipped
        ]
    return body


def problems_of(part: Part | None) -> int:
    """Problems of a merge, each of which leaves the whole unproven."""
    return len(part.problems) if part else 0


def _broken(failure: LabFailure) -> dict[str, Any]:
    told = {"scenario": failure.scenario.name, "reason": failure.reason}
    return told if failure.attempted else {**told, "attempted": False}


def coverage_of(reported: Iterable[Reported]) -> Coverage | None:
    """The coverage of the lab with the lowest coverage; None if not measured."""
    measured = [one.coverage for one in reported if one.coverage and one.coverage.operations]
    return min(measured, key=lambda one: one.share, default=None)


def verdict_of(reported: Sequence[Reported], *, left_out: int) -> Verdict:
    """The verdict over all outages, including the coverage of the app's operations."""
    runs = (each.run for each in reported)
    return overall_verdict(runs, left_out=left_out, coverage=coverage_of(reported))


def coverage_document(coverage: Coverage) -> dict[str, Any]:
    """Which operations were requested, which reach the database, what was left out and why."""
    return {
        "offered": coverage.offered,
        "requested": coverage.asked,
        "share": round(coverage.share, 4),
        "minimum_percent": coverage.minimum_percent,
        "short": coverage.short,
        "touching_database": coverage.touching if coverage.measured else None,
        "operations": [
            {
                "operation": one.operation,
                "requested": one.asked,
                "effect": one.effect,
                "reason": one.reason,
                "note": one.note,
                "statements": one.statements,
                "median_ms": None if one.median_seconds is None else one.median_seconds * 1000,
            }
            for one in coverage.operations
        ],
    }


def unproven(reported: Sequence[Reported], broken: Sequence[LabFailure]) -> list[LabFailure]:
    """Outages of which nothing is proven because labs failed, without duplicates."""
    return without_a_run((each.run for each in reported), broken)


def _outage(reported: Reported) -> dict[str, Any]:
    run = reported.run
    diagnosis = run.diagnosis
    remedy = diagnosis.remedy
    return {
        "scenario": run.scenario.name,
        "directory": reported.directory,
        "seed": run.seed,
        "engine": run.engine,
        "verdict": run.verdict.value,
        "happened": run.outage_description,
        "reason": diagnosis.reason,
        "remedy": None
        if remedy is None
        else {"key": remedy.key, "title": remedy.title, "url": remedy.url},
        "reproduce": reported.reproduce,
        "operations": len(run.evidence.ops),
        "seconds": round(run_seconds(run.evidence), 3),
        "recovery_ms": recovery_ms(run),
        "faults": [dataclasses.asdict(span) for span in fault_spans(run.evidence)],
        "windows": {window: _window(run, window) for window in WINDOWS},
        "findings": [finding_json(finding) for finding in run.findings],
    }


def _window(run: Run, window: Window) -> dict[str, Any]:
    figures = dataclasses.asdict(window_figures(run.evidence, window))
    del figures["window"]
    return figures


def finding_json(finding: Finding) -> dict[str, Any]:
    """The finding of one gate."""
    configure = {"configure": finding.configure} if finding.configure else {}
    return {
        **configure,
        "gate": finding.gate,
        "verdict": finding.verdict.value,
        "code": finding.code,
        "severity": finding.severity.label,
        "reason": finding.reason,
        "figures": dict(finding.figures),
        "ops": list(finding.ops),
    }
