"""verdict.json: what a program needs to act on a run, as ``schema/verdict.schema.json`` has it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from harness.checkers.verdict import Finding
from harness.history.evidence import Window
from harness.reports.windows import WINDOWS, fault_spans, recovery_ms, window_figures
from harness.scenario.outcome import NOTHING_ASIDE, Aside, Broken, Run, overall

VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A run with what its reports need besides it."""

    run: Run
    directory: str
    """Where its files are, relative to the file or page that names it."""
    reproduce: str
    """The command that does it again."""
    app: str = ""
    """What was put through it, as its profile calls it."""
    begun: str = ""
    """When, for people: ``2026-01-31 14:05 UTC``."""


def schema() -> dict[str, Any]:
    """The published schema (JSON Schema 2020-12)."""
    text = files("harness.reports").joinpath("schema/verdict.schema.json").read_text("utf-8")
    published: dict[str, Any] = json.loads(text)
    return published


def document(reported: Sequence[Reported], aside: Aside = NOTHING_ASIDE) -> dict[str, Any]:
    """The whole file, for one outage or for many."""
    left = unproven(reported, aside.broken)
    body = {
        "squall": "verdict",
        "version": VERSION,
        "verdict": overall((each.run for each in reported), left_out=len(left)).value,
        "outages": [_outage(each) for each in reported],
    }
    for key, outages in (("broken", aside.broken), ("skipped", aside.skipped)):
        if outages:
            told = [{"scenario": each.scenario.name, "reason": each.reason} for each in outages]
            body[key] = told
    return body


def unproven(reported: Sequence[Reported], broken: Sequence[Broken]) -> list[Broken]:
    """Outages that broke their lab and have no run, each once."""
    ran = {each.run.scenario.name for each in reported}
    return list({e.scenario.name: e for e in broken if e.scenario.name not in ran}.values())


def _outage(reported: Reported) -> dict[str, Any]:
    run = reported.run
    diagnosis = run.diagnosis
    cure = diagnosis.cure
    return {
        "scenario": run.scenario.name,
        "directory": reported.directory,
        "seed": run.seed,
        "engine": run.engine,
        "verdict": run.verdict.value,
        "happened": run.happened,
        "reason": diagnosis.reason,
        "cure": None if cure is None else {"key": cure.key, "title": cure.title, "url": cure.url},
        "reproduce": reported.reproduce,
        "operations": len(run.evidence.ops),
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
    """One checker's conclusion."""
    return {
        "checker": finding.checker,
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "figures": dict(finding.figures),
        "ops": list(finding.ops),
    }
