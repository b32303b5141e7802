"""Texts and figures of the pages, ready for the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from squall.gates.percentiles import min_samples
from squall.gates.verdict import Verdict
from squall.history.op import Op
from squall.reports.plain_text import describe_event
from squall.reports.summary_row import summary_row
from squall.reports.windows import (
    PERCENTS,
    WINDOWS,
    error_class,
    recovery_ms,
    start_of,
    window_figures,
)
from squall.runner.run import Run

SIGN: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.INCONCLUSIVE: "?",
    Verdict.FAIL: "✗",
    Verdict.NOT_JUDGED: "○",
}
"""Shown next to the word, so that a verdict never depends on colour alone."""

LOG_LINES = 200
LOG_LETTERS = 40_000

LOUD = re.compile(r"\b(error|critical|fatal|panic|exception|traceback|warn(ing)?)\b", re.IGNORECASE)

BODY_SHOWN = 600
MAX_EVENTS = 40

NONE = "-"


def headline(run: Run) -> str:
    """The run in one sentence."""
    if not run.passed:
        return sentence(run.diagnosis.reason)
    recovery = recovery_ms(run)
    if recovery is None:
        return "Every gate held."
    during = window_figures(run.evidence, "during").share
    if recovery == 0 and during == 1:
        return "Every request was successful, during the outage and after it."
    when = "the heal" if recovery == 0 else f"{recovery:.0f} ms after the heal"
    return f"{share(during)} of the requests were successful during the outage, all from {when} on."


def sentence(text: str) -> str:
    """With a capital letter and a full stop, unless it starts with a name."""
    first, _, _ = text.partition(" ")
    begun = text[:1].upper() + text[1:] if first.isalpha() else text
    return begun if begun.endswith((".", "?", "!")) else begun + "."


def share(value: float | None) -> str:
    """A share in per cent that never rounds a failure away."""
    if value is None:
        return NONE
    text = f"{value:.1%}"
    return "99.9%" if text == "100.0%" and value < 1 else text.replace(".0%", "%")


def milliseconds(value: float | None) -> str:
    """``4.2 ms``, ``431 ms``, ``1.40 s``."""
    if value is None:
        return NONE
    if value == 0:
        return "0 ms"
    if value >= 1000:  # noqa: PLR2004 - a second
        return f"{value / 1000:.2f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"  # noqa: PLR2004 - one digit more


def tiles(run: Run) -> list[dict[str, str]]:
    """The four most important figures."""
    before, during, after = (window_figures(run.evidence, window) for window in WINDOWS)
    recovery = recovery_ms(run)
    return [
        {"name": "Successful during the outage", "value": share(during.share),
         "note": f"{during.good} of {during.operations}"},
        {"name": "Successful after the heal", "value": share(after.share),
         "note": f"{after.good} of {after.operations}"},
        {"name": "Recovery", "value": milliseconds(recovery),
         "note": "from the heal until every answer is successful and quick"},
        {"name": "p95 during the outage", "value": milliseconds(during.p95_ms),
         "note": f"before {milliseconds(before.p95_ms)}, after {milliseconds(after.p95_ms)}"},
    ]  # fmt: skip


def figures(run: Run) -> list[tuple[str, str]]:
    """The row of the index: names with values."""
    row = summary_row(run)
    return [
        ("effect", row.bites),
        ("errors", row.errors),
        ("p95 ms before / during / after", " / ".join(row.p95)),
        ("recovery", row.recovery),
    ]


def windows(run: Run) -> list[dict[str, Any]]:
    """Percentiles of each window. Too few samples are stated, not hidden."""
    rows = []
    for window in WINDOWS:
        found = window_figures(run.evidence, window)
        values = zip(PERCENTS, (found.p50_ms, found.p95_ms, found.p99_ms), strict=True)
        rows.append(
            {
                "window": window,
                "operations": found.operations,
                "good": found.good,
                "share": share(found.share),
                "bar": round((found.share or 0) * 100, 1),
                "percentiles": [_percentile(percent, value) for percent, value in values],
                "slowest": milliseconds(found.slowest_ms),
            }
        )
    return rows


def _percentile(percent: int, value: float | None) -> dict[str, Any]:
    thin = "" if value is not None else f"n < {min_samples(percent)}"
    return {"name": f"p{percent}", "value": milliseconds(value), "thin": thin}


def errors(run: Run) -> list[dict[str, Any]]:
    """Each kind of error: its number in each window, and one example."""
    rows: dict[str, dict[str, Any]] = {}
    for window in WINDOWS:
        for op in run.evidence.window(window):
            if op.good:
                continue
            row = rows.setdefault(error_class(op), _no_errors(op))
            row[window] += 1
            row["total"] += 1
    return sorted(rows.values(), key=lambda row: -row["total"])


def _no_errors(op: Op) -> dict[str, Any]:
    """A row of the table with all counts 0, and ``op`` as the example."""
    return {
        "name": error_class(op), "outcome": op.outcome.value, "example": _example(op),
        "before": 0, "during": 0, "after": 0, "total": 0,
    }  # fmt: skip


def _example(op: Op) -> str:
    headers = {"Content-Type": op.content_type, "Retry-After": op.retry_after}
    told_headers = [f"{name}: {value}" for name, value in headers.items() if value]
    body = op.body if len(op.body) <= BODY_SHOWN else op.body[:BODY_SHOWN] + " …"
    head = f"{op.name} (operation {op.id}) after {milliseconds(op.response_seconds * 1000)}"
    return "\n".join([head, *told_headers, *(["", body] if body else [])])


def event_rows(run: Run) -> list[dict[str, str]]:
    """The events that are relevant for the reader, with their times."""
    zero = start_of(run.evidence)
    lines = [
        {
            "at": f"{event.at - zero:.3f} s",
            "what": describe_event(event),
            "kind": type(event).__name__,
        }
        for event in sorted(run.evidence.events, key=lambda event: event.at)
        if describe_event(event)
    ]
    left = len(lines) - MAX_EVENTS
    if left <= 0:
        return lines
    return [*lines[:MAX_EVENTS], {"at": "", "what": f"and {left} more", "kind": ""}]


def excerpt(name: str, text: str) -> dict[str, Any]:
    """The end of a log, with errors and warnings marked."""
    lines = text.splitlines()
    shown: list[str] = []
    letters = 0
    for line in reversed(lines[-LOG_LINES:]):
        letters += len(line)
        if letters > LOG_LETTERS:
            break
        shown.insert(0, line)
    return {
        "name": name,
        "lines": [{"text": line, "loud": bool(LOUD.search(line))} for line in shown],
        "total": len(lines),
        "loud": sum(bool(LOUD.search(line)) for line in shown),
    }


def levels(states: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Each state that occurred with its severity, the good one first: the legend of its chart."""
    seen = set(zip(states["word"], states["level"], strict=True))
    return sorted(seen, key=lambda pair: (pair[1], pair[0]))
