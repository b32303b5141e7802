"""Runs read back from their directories: what ``recheck``, ``compare`` and ``replay`` start from.

What could be a secret is not written: values of variables and headers with telling names, and
addresses with a password in them. :func:`options_of` says what is missing.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.checkers.verdict import Finding, Verdict
from harness.core.errors import UsageError
from harness.history import store
from harness.history.evidence import Evidence
from harness.reports.plain import from_plain, to_plain
from harness.scenario.lab_options import LabOptions
from harness.scenario.loader import load
from harness.scenario.runner import Run

VERSION = 1

HIDDEN = "(not stored)"

SECRET_NAME = re.compile(
    r"secret|token|passw|api[-_]?key|authori[sz]ation|cookie|credential", re.IGNORECASE
)
SECRET_VALUE = re.compile(r"://[^:/@\s]*:[^@/\s]+@")

OWN_FILES = ("ops", "events")
"""Fields of Evidence with a file of JSON lines each; all others are in evidence.json."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One outage of an earlier command."""

    run: Run
    """As it was judged then."""
    path: Path
    reproduce: str


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """What judges need besides history and events."""
    rest = {
        field.name: to_plain(getattr(evidence, field.name))
        for field in dataclasses.fields(evidence)
        if field.name not in OWN_FILES
    }
    return {"squall": "evidence", "version": VERSION, **rest}


def run_document(run: Run, options: LabOptions, reproduce: str) -> dict[str, Any]:
    """What is needed to do it again, without secrets."""
    return {
        "squall": "run",
        "version": VERSION,
        "scenario": run.scenario.name,
        "seed": run.seed,
        "engine": run.engine,
        "reproduce": reproduce,
        "options": _without_secrets(to_plain(options)),
    }


def _without_secrets(value: Any, name: str = "") -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _without_secrets(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, str) and (SECRET_NAME.search(name) or SECRET_VALUE.search(value)):
        return HIDDEN
    return value


def open_runs(path: Path) -> list[StoredRun]:
    """The runs below a directory that ``check`` or ``run`` wrote, or the one run that it holds.

    Raises:
        UsageError: there is no run, or a file of it cannot be read by this version.
    """
    if (path / "history.jsonl").is_file():
        return [_open(path)]
    summary = _read(path / "verdict.json", "verdict")
    return [_open(path / str(outage["directory"])) for outage in summary["outages"]]


def _open(path: Path) -> StoredRun:
    about = _read(path / "run.json", "run")
    rest = _read(path / "evidence.json", "evidence")
    plain = {name: value for name, value in rest.items() if name not in ("squall", "version")}
    fields = {"ops": [], "events": [], **plain}
    evidence = dataclasses.replace(
        from_plain(Evidence, fields, where=str(path / "evidence.json")),
        ops=tuple(store.read_ops(path / "history.jsonl")),
        events=tuple(store.read_events(path / "events.jsonl")),
    )
    run = Run(
        scenario=load(path / "scenario.squall.yaml"),
        seed=about["seed"],
        engine=about["engine"],
        evidence=evidence,
        findings=tuple(_findings(_read(path / "verdict.json", "verdict"))),
    )
    return StoredRun(run=run, path=path, reproduce=about["reproduce"])


def _findings(document: dict[str, Any]) -> Iterator[Finding]:
    for plain in document["outages"][0]["findings"]:
        yield Finding(
            checker=plain["checker"],
            verdict=Verdict(plain["verdict"]),
            reason=plain["reason"],
            figures=plain["figures"],
            ops=tuple(plain["ops"]),
        )


def options_of(stored: StoredRun) -> LabOptions:
    """The lab that the run had; a variable that was not stored is taken from the environment.

    Raises:
        UsageError: something was not stored and is not there, with its name.
    """
    file = stored.path / "run.json"
    plain = _read(file, "run")["options"]
    environment = plain["profile"]["environment"]
    for name, value in environment.items():
        if value == HIDDEN:
            environment[name] = os.environ.get(name, HIDDEN)
    missing = sorted(set(_hidden(plain)))
    if missing:
        raise UsageError(
            f"{file}: holds no secrets, so these are missing: {', '.join(missing)};\n"
            "  set variables in the environment, or give the rest by hand: " + stored.reproduce
        )
    return from_plain(LabOptions, plain, where=str(file))


def _hidden(value: Any, name: str = "") -> Iterator[str]:  # noqa: ANN401 - JSON
    if value == HIDDEN:
        yield name
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _hidden(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _hidden(item, name)


def _read(path: Path, what: str) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "name a directory that squall check or squall run wrote, for example .squall/runs/…"
        raise UsageError(f"{path}: cannot be read: {error.strerror}; {hint}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("squall") != what:
        raise UsageError(f"{path}: is no {what} of Squall")
    if document.get("version") != VERSION:
        found = document.get("version")
        raise UsageError(f"{path}: version {found!r} is unknown; this reads {VERSION}")
    return document
