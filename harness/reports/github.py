"""GitHub Actions: a job summary in Markdown, and annotations, the worst first.

Limits are GitHub's: a step's summary holds 1 MiB, and a step shows ten annotations of a kind
(docs.github.com, "Workflow commands for GitHub Actions").
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.checkers.cures import Cure
from harness.checkers.verdict import Finding, Verdict
from harness.reports.html.cure import markdown
from harness.reports.html.facts import sentence
from harness.reports.numbers import numbers
from harness.reports.verdict_json import Reported, unproven
from harness.scenario.outcome import NOTHING_ASIDE, Aside, Broken, Run, Skipped, overall

SUMMARY_BYTES = 1024 * 1024
MOST_ANNOTATIONS = 10

SIGN = {Verdict.PASS: "✅", Verdict.INCONCLUSIVE: "⚠️", Verdict.FAIL: "❌"}
LEVEL = {Verdict.INCONCLUSIVE: "warning", Verdict.FAIL: "error"}


HEADING = """
| outage | verdict | bit | errors | p95 ms before / during / after | recovery |
|---|---|---|---:|---:|---:|
"""


def workflow_commands(reported: Sequence[Reported]) -> list[str]:
    """At most ten workflow commands; the last one counts what was left out."""
    lines = [
        _command(LEVEL[finding.verdict], each.run, finding, each.reproduce)
        for each, finding in _worst_first(reported)
    ]
    if len(lines) <= MOST_ANNOTATIONS:
        return lines
    left = len(lines) - MOST_ANNOTATIONS + 1
    more = f"::notice title=squall::{left} more findings are in the job summary"
    return [*lines[: MOST_ANNOTATIONS - 1], more]


def _worst_first(reported: Sequence[Reported]) -> list[tuple[Reported, Finding]]:
    found = [
        (each, finding)
        for each in reported
        for finding in each.run.findings
        if finding.verdict is not Verdict.PASS
    ]
    return sorted(found, key=lambda pair: -pair[1].verdict.severity)


def _command(level: str, run: Run, finding: Finding, reproduce: str) -> str:
    title = _property(f"squall: {run.scenario.name}: {finding.checker}")
    cure = run.diagnosis.cure
    helps = f"\nlikely cure: {cure.title} (squall cure {cure.key})" if cure else ""
    message = _data(f"{finding.reason}{helps}\nagain: {reproduce}")
    return f"::{level} title={title}::{message}"


def _data(text: str) -> str:
    """Escaped as the runner's own toolkit does it (actions/toolkit, ``escapeData``)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(
    reported: Sequence[Reported], aside: Aside = NOTHING_ASIDE, *, limit: int = SUMMARY_BYTES
) -> str:
    """Markdown of at most ``limit`` bytes; what does not fit is counted."""
    left = unproven(reported, aside.broken)
    verdict = overall((each.run for each in reported), left_out=len(left))
    good, count = sum(each.run.passed for each in reported), len(reported) + len(left)
    head = f"## {SIGN[verdict]} Squall: {verdict.value}\n\n{good} of {count} outages passed.\n"
    head += "".join(_without_a_run(each, "the lab broke") for each in left)
    head += "".join(_without_a_run(each, "not run") for each in aside.skipped)
    ordered = sorted(reported, key=lambda each: -each.run.verdict.severity)
    table = [HEADING, *(_row(each.run) for each in ordered)]
    details = [_details(each) for each in ordered if not each.run.passed]
    return _trimmed(head, [*table, *details, *_cures(ordered)], limit)


def _without_a_run(outage: Broken | Skipped, what: str) -> str:
    reason = outage.reason.partition("\n")[0]
    return f"\n- **{_cell(outage.scenario.name)}**, {what}: {_cell(reason)}\n"


def _row(run: Run) -> str:
    row = numbers(run)
    cells = (
        run.scenario.name, f"{SIGN[run.verdict]} {run.verdict.value}", row.bites, row.errors,
        " / ".join(row.p95), row.recovery,
    )  # fmt: skip
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |\n"


def _details(reported: Reported) -> str:
    run = reported.run
    lines = [
        f"- {SIGN[f.verdict]} **{_cell(f.checker)}**: {_cell(f.reason)}\n"
        for f in run.findings
        if f.verdict is not Verdict.PASS
    ]
    again = html.escape(reported.reproduce)
    diagnosis = run.diagnosis
    cure = diagnosis.cure
    helps = f"\n**Likely cure:** {_cell(cure.title)} (`squall cure {cure.key}`)\n" if cure else ""
    return (
        f"\n### {_cell(run.scenario.name)}\n\n{_cell(sentence(diagnosis.reason))}\n{helps}\n"
        f"{''.join(lines)}\n<pre>{again}</pre>\n"
    )


def _cures(reported: Sequence[Reported]) -> list[str]:
    """Each cure once, folded: one often helps against many outages."""
    cures: dict[Cure, None] = {}
    for each in reported:
        if each.run.diagnosis.cure is not None:
            cures[each.run.diagnosis.cure] = None
    folded = "\n<details><summary>{}</summary>\n\n{}\n\n</details>\n"
    return [folded.format(html.escape(cure.title), markdown(cure)) for cure in cures]


def _cell(text: str) -> str:
    """Text that is neither a tag nor the end of a cell."""
    one_line = " ".join(text.split())
    escaped = html.escape(one_line, quote=False)
    return "".join(f"\\{letter}" if letter in "|`*_[]\\" else letter for letter in escaped)


def _trimmed(head: str, parts: Iterable[str], limit: int) -> str:
    kept, size, left = [head], len(head.encode()), 0
    note = "\n{} more parts are left out: the summary is at GitHub's limit.\n"
    room = limit - len(note.encode()) - 8
    for part in parts:
        if left or size + len(part.encode()) > room:
            left += 1
            continue
        kept.append(part)
        size += len(part.encode())
    return "".join(kept) + (note.format(left) if left else "")


def announce(reported: Sequence[Reported], aside: Aside, environment: Mapping[str, str]) -> None:
    """Print the annotations, and write the summary where ``GITHUB_STEP_SUMMARY`` says."""
    for name, reason in dict.fromkeys((each.scenario.name, each.reason) for each in aside.broken):
        title = _property(f"squall: {name}: the lab broke")
        print(f"::error title={title}::{_data(reason)}")  # noqa: T201 - as below
    for line in workflow_commands(reported):
        print(line)  # noqa: T201 - the runner reads workflow commands from standard output
    place = environment.get("GITHUB_STEP_SUMMARY")
    if place:
        append_summary(Path(place), reported, aside)


def append_summary(path: Path, reported: Sequence[Reported], aside: Aside = NOTHING_ASIDE) -> None:
    """Add the summary to the step's file, which other commands of the step may have begun."""
    begun = path.stat().st_size if path.exists() else 0
    text = summary(reported, aside, limit=SUMMARY_BYTES - begun)
    if begun + len(text.encode()) <= SUMMARY_BYTES:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
