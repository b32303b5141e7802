"""A run in Markdown, the cause first: for a job summary of GitHub, or as a comment anywhere.

Nothing in it speaks to the page that shows it: no tag, no end of a cell, no mention of a person.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from squall.diagnosis.remedies import Remedy
from squall.gates.verdict import Finding, Verdict
from squall.history.coverage import Coverage
from squall.reports.causes import causes_of_runs
from squall.reports.html.remedy import markdown
from squall.reports.html.view_model import sentence
from squall.reports.shard_record import Part
from squall.reports.summary_row import summary_row
from squall.reports.verdict_json import Reported, coverage_of, problems_of, unproven, verdict_of
from squall.runner.result import EVERYTHING_RAN, LabFailure, NotRun, Run
from squall.scenario.selection import Skipped

SUMMARY_BYTES = 1024 * 1024
"""What a step's summary holds (docs.github.com, "Workflow commands for GitHub Actions")."""
SUMMARY_NOTE = "the summary is at GitHub's limit"

COMMENT_BYTES = 60_000
"""GitHub takes 65,536 characters in a comment, GitLab more."""
COMMENT_NOTE = "a comment holds no more; the run directory has everything"

MAX_REASONS = 5

MAX_CELL = 200
"""Letters of a cell; a row that is longer is not a row of a table."""

SIGN = {Verdict.PASS: "✅", Verdict.INCONCLUSIVE: "⚠️", Verdict.FAIL: "❌"}

HEADING = """
| outage | verdict | effect | errors | p95 ms before / during / after | recovery |
|---|---|---|---:|---:|---:|
"""


def summary(
    reported: Sequence[Reported],
    aside: NotRun = EVERYTHING_RAN,
    part: Part | None = None,
    *,
    limit: int = SUMMARY_BYTES,
) -> str:
    """A job summary of at most ``limit`` bytes; what does not fit is counted."""
    ordered = _worst_first(reported)
    parts = [
        *_of_shards(part),
        *_causes([each.run for each in reported]),
        *_aside(reported, aside),
        *_table(ordered),
        *_bad_ones(ordered),
        *_remedies(ordered),
    ]
    return _trimmed(_title(reported, aside, part), parts, limit, SUMMARY_NOTE)


def comment(
    reported: Sequence[Reported],
    aside: NotRun = EVERYTHING_RAN,
    part: Part | None = None,
    *,
    limit: int = COMMENT_BYTES,
) -> str:
    """The same for a comment: the table follows the cause, and remedies are only named."""
    ordered = _worst_first(reported)
    bad = [each for each in ordered if not each.run.passed]
    parts = [
        *([_only_cause(bad[0])] if len(bad) == 1 else []),
        *_causes([each.run for each in reported]),
        *_of_shards(part),
        *_table(ordered),
        *_aside(reported, aside),
        *_bad_ones(ordered),
    ]
    return _trimmed(_title(reported, aside, part), parts, limit, COMMENT_NOTE)


def _title(reported: Sequence[Reported], aside: NotRun, part: Part | None) -> str:
    left = unproven(reported, aside.broken)
    verdict = verdict_of(reported, left_out=len(left) + problems_of(part))
    good, count = sum(each.run.passed for each in reported), len(reported) + len(left)
    return f"## {SIGN[verdict]} Squall: {verdict.value}\n\n{good} of {count} outages passed.\n"


def _aside(reported: Sequence[Reported], aside: NotRun) -> Iterator[str]:
    """What there is besides the runs."""
    yield _coverage(coverage_of(reported))
    for lost in unproven(reported, aside.broken):
        yield _without_a_run(lost, "the lab failed" if lost.attempted else "not judged")
    yield from (_without_a_run(each, "not run") for each in aside.skipped)


def _table(ordered: Sequence[Reported]) -> Iterator[str]:
    """The first row brings the heading, so that no row is ever without it."""
    rows = [_row(each.run) for each in ordered]
    if rows:
        yield f"{HEADING}{rows[0]}"
        yield from rows[1:]


def _bad_ones(ordered: Sequence[Reported]) -> Iterator[str]:
    return (_details(each) for each in ordered if not each.run.passed)


def _worst_first(reported: Sequence[Reported]) -> list[Reported]:
    return sorted(reported, key=lambda each: -each.run.verdict.severity)


def _of_shards(part: Part | None) -> Iterator[str]:
    if part is not None:
        yield f"\n{_cell(part.label)}.\n"
        yield from (f"\n- **{_cell(problem)}**\n" for problem in part.problems)


def _only_cause(reported: Reported) -> str:
    """The reason of the one outage that did not pass, with its remedy."""
    run, remedy = reported.run, reported.run.diagnosis.remedy
    helps = f" {_remedy(remedy)}." if remedy else ""
    return f"\n**{_cell(sentence(run.diagnosis.reason))}**{helps}<br>{_cell(run.scenario.name)}\n"


def _causes(runs: Sequence[Run]) -> Iterator[str]:
    """What to mend, the cause of most outages first; one failure alone says it itself."""
    for number, cause in enumerate(causes_of_runs(runs)):
        at = f" {_cell(cause.at)}." if cause.at else ""
        at += "".join(f" Look at {_cell(line)}." for line in cause.suspects)
        remedy = f" {_remedy(cause.remedy)}." if cause.remedy else ""
        after = f" {_cell(cause.after_it)}" if cause.verdict is Verdict.FAIL else ""
        names = _cell(", ".join(cause.names))
        title = "" if number else "\n### Causes\n\n"
        yield f"{title}1. **{_cell(cause.headline)}**{at}{remedy}{after}<br>{names}\n"


def _coverage(coverage: Coverage | None) -> str:
    """What of the app was requested, and the reasons for what was not."""
    if coverage is None:
        return ""
    lines = [f"\n{SIGN[Verdict.FAIL]} {coverage.short}\n" if coverage.short else ""]
    lines += [f"\n{_cell(coverage.summary())}.\n\n"]
    lines += [
        f"- {count} left out: {_cell(why)}\n" for why, count in coverage.reasons[:MAX_REASONS]
    ]
    return "".join(lines)


def _without_a_run(outage: LabFailure | Skipped, what: str) -> str:
    reason = outage.reason.partition("\n")[0]
    return f"\n- **{_cell(outage.scenario.name)}**, {what}: {_cell(reason)}\n"


def _row(run: Run) -> str:
    row = summary_row(run)
    cells = (
        run.scenario.name, f"{SIGN[run.verdict]} {run.verdict.value}", row.bites, row.errors,
        " / ".join(row.p95), row.recovery,
    )  # fmt: skip
    return "| " + " | ".join(_cell(cell[:MAX_CELL]) for cell in cells) + " |\n"


def _sign(run: Run, finding: Finding) -> str:
    word = run.word_of(finding)
    return SIGN[finding.verdict] if word == finding.verdict.value else word


def _details(reported: Reported) -> str:
    run = reported.run
    lines = [
        f"- {_sign(run, f)} **{_cell(f.gate)}**: {_cell(f.reason)}\n"
        for f in run.findings
        if f.verdict.is_bad
    ]
    again = html.escape(reported.reproduce)
    diagnosis = run.diagnosis
    remedy = diagnosis.remedy
    helps = f"\n**Likely remedy:** {_remedy(remedy)}\n" if remedy else ""
    return (
        f"\n### {_cell(run.scenario.name)}\n\n{_cell(sentence(diagnosis.reason))}\n{helps}\n"
        f"{''.join(lines)}\n<pre>{again}</pre>\n"
    )


def _remedy(remedy: Remedy) -> str:
    return f"{_cell(remedy.title)} (`squall explain {remedy.key}`)"


def _remedies(reported: Sequence[Reported]) -> list[str]:
    """Each remedy once, folded: one often helps against many outages."""
    remedies: dict[Remedy, None] = {}
    for each in reported:
        if each.run.diagnosis.remedy is not None:
            remedies[each.run.diagnosis.remedy] = None
    folded = "\n<details><summary>{}</summary>\n\n{}\n\n</details>\n"
    return [folded.format(html.escape(remedy.title), markdown(remedy)) for remedy in remedies]


def _cell(text: str) -> str:
    """Text that is not a tag, does not end the cell and mentions no person."""
    one_line = " ".join(text.split())
    escaped = html.escape(one_line, quote=False).replace("@", "@\u200b")
    return "".join(f"\\{letter}" if letter in "|`*_[]\\" else letter for letter in escaped)


def _trimmed(head: str, parts: Iterable[str], limit: int, why: str) -> str:
    kept, size, left = [head], len(head.encode()), 0
    note = f"\n{{}} more parts are left out: {why}.\n"
    room = limit - len(note.encode()) - 8
    for part in parts:
        if size + len(part.encode()) > room:
            left += 1
            continue
        kept.append(part)
        size += len(part.encode())
    return "".join(kept) + (note.format(left) if left else "")
