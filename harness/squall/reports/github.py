"""GitHub Actions: a job summary in Markdown, and annotations, the worst first.

A step shows ten annotations of a kind (docs.github.com, "Workflow commands for GitHub Actions").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from squall.gates.verdict import Finding, Verdict
from squall.reports.markdown_summary import SUMMARY_BYTES, summary
from squall.reports.run_directory import RunDirectory
from squall.reports.shard_record import Part
from squall.reports.verdict_json import Reported
from squall.runner.result import EVERYTHING_RAN, NotRun, Run
from squall.runner.suite_events import SuiteEvent, SuiteFinished, SuiteListener

MAX_ANNOTATIONS = 10

LEVEL = {Verdict.INCONCLUSIVE: "warning", Verdict.FAIL: "error"}


def workflow_commands(reported: Sequence[Reported]) -> list[str]:
    """At most ten workflow commands. The last one counts those that were left out."""
    lines = [
        _command(_level(each.run, finding), each.run, finding, each.reproduce)
        for each, finding in _worst_first(reported)
    ]
    if len(lines) <= MAX_ANNOTATIONS:
        return lines
    left = len(lines) - MAX_ANNOTATIONS + 1
    more = f"::notice title=squall::{left} more findings are in the job summary"
    return [*lines[: MAX_ANNOTATIONS - 1], more]


def _level(run: Run, finding: Finding) -> str:
    """A run that proves nothing gives warnings."""
    unproven = run.verdict is Verdict.INCONCLUSIVE
    return LEVEL[Verdict.INCONCLUSIVE if unproven else finding.verdict]


def _worst_first(reported: Sequence[Reported]) -> list[tuple[Reported, Finding]]:
    found = [
        (each, finding)
        for each in reported
        for finding in each.run.findings
        if finding.verdict.is_bad
    ]
    return sorted(found, key=lambda pair: -pair[1].verdict.severity)


def _command(level: str, run: Run, finding: Finding, reproduce: str) -> str:
    title = _property(f"squall: {run.scenario.name}: {finding.gate}")
    remedy = run.diagnosis.remedy
    helps = f"\nlikely remedy: {remedy.title} (squall explain {remedy.key})" if remedy else ""
    message = _data(f"{finding.reason}{helps}\nreproduce: {reproduce}")
    return f"::{level} title={title}::{message}"


def _data(text: str) -> str:
    """Escaped like the runner's own toolkit (actions/toolkit, ``escapeData``)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def listener(files: RunDirectory, environment: Mapping[str, str]) -> SuiteListener:
    """A listener that writes for GitHub Actions when the suite has finished."""

    def listen(event: SuiteEvent) -> None:
        if isinstance(event, SuiteFinished):
            announce(files.reported, files.not_run, environment, files.part)

    return listen


def announce(
    reported: Sequence[Reported],
    aside: NotRun,
    environment: Mapping[str, str],
    part: Part | None = None,
) -> None:
    """Print the annotations, and write the summary to the file in ``GITHUB_STEP_SUMMARY``."""
    for name, reason in dict.fromkeys((each.scenario.name, each.reason) for each in aside.broken):
        title = _property(f"squall: {name}: the lab failed")
        print(f"::error title={title}::{_data(reason)}")  # noqa: T201 - as below
    for problem in part.problems if part else ():
        print(f"::error title={_property('squall: merge')}::{_data(problem)}")  # noqa: T201 - as below
    for line in workflow_commands(reported):
        print(line)  # noqa: T201 - the runner reads workflow commands from standard output
    place = environment.get("GITHUB_STEP_SUMMARY")
    if place:
        append_summary(Path(place), reported, aside, part)


def append_summary(
    path: Path,
    reported: Sequence[Reported],
    aside: NotRun = EVERYTHING_RAN,
    part: Part | None = None,
) -> None:
    """Append the summary to the step's file, in which other commands of the step may have
    written.
    """
    begun = path.stat().st_size if path.exists() else 0
    text = summary(reported, aside, part, limit=SUMMARY_BYTES - begun)
    if begun + len(text.encode()) <= SUMMARY_BYTES:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
