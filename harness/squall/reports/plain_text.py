"""One run as plain text, for test failures: verdicts, timeline, the end of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from squall.core import events
from squall.reports.windows import WINDOWS
from squall.runner.run import Run

MAX_ERRORS = 5
MAX_HANDLERS = 3
MAX_SUSPECTS = 3


def verdict_lines(run: Run) -> Iterator[str]:
    """The gates that did not hold, or one line if all did."""
    yield f"{run.scenario.name}: {run.verdict.value} (seed {run.seed}, engine {run.engine})"
    diagnosis = run.diagnosis
    if not run.passed:
        yield f"  why: {diagnosis.reason}"
        yield from (f"  {line}" for line in source_lines(run)[:MAX_ERRORS])
    for finding in run.findings:
        if finding.verdict.is_bad:
            yield f"  {run.word_of(finding)} {finding.gate}: {finding.reason}"
    if not run.passed and diagnosis.remedy is not None:
        yield f"  remedy: {diagnosis.remedy.title} (squall explain {diagnosis.remedy.key})"


def timeline(run: Run) -> Iterator[str]:
    """Faults, and the answers between them, in seconds since the start of the run."""
    start = min((event.at for event in run.evidence.events), default=0.0)
    for event in sorted(run.evidence.events, key=lambda event: event.at):
        sentence = describe_event(event)
        if sentence:
            yield f"{event.at - start:7.3f} s  {sentence}"
    for window in WINDOWS:
        ops = run.evidence.window(window)
        what = Counter(str(op.status or op.error) for op in ops)
        answers = ", ".join(f"{count} x {name}" for name, count in what.most_common())
        yield f"   {window:>6}    {answers or 'nothing'}"


def source_lines(run: Run) -> list[str]:
    """Where to look in the project: lines that look like the cause, functions that answered, then
    lines that raised errors.
    """
    handlers = run.diagnosis.handlers[:MAX_HANDLERS]
    suspects = [f"look at {line}" for line in run.diagnosis.suspects[:MAX_SUSPECTS]]
    answered = [f"handled by {', '.join(handlers)}"] if handlers else []
    return [*suspects, *answered, *error_lines(run)]


def error_lines(run: Run) -> list[str]:
    """``207 x ConnectionError at shop/main.py:81 in list_items, first at 0.61 s``."""
    start = min((event.at for event in run.evidence.events), default=0.0)
    found = [event for event in run.evidence.events if isinstance(event, events.ErrorsLogged)]
    return [
        f"{error_text(event)}, first at {event.at - start:.2f} s"
        for event in sorted(found, key=lambda event: -event.count)
    ]


def error_text(event: events.ErrorsLogged) -> str:
    """A group of errors in the log, with the line of the project that raised them."""
    where = f" at {event.place}" if event.place else ""
    parts = (event.exception + where, event.message)
    return f"{event.count} x {': '.join(part for part in parts if part)}"


def describe_event(event: events.Event) -> str:
    """An event as a sentence; empty for events that only charts use."""
    match event:
        case events.SteadyStateChecked():
            text = f"steady state {'holds' if event.holds else 'is broken'}: {event.reason}"
        case events.StatementsDelayed():
            text = f"statements are delayed by {event.delay_ms} ms: the fault comes amid requests"
        case events.FaultInjected():
            text = f"{event.fault} injected"
        case events.FaultHealed():
            text = f"{event.fault} healed: {event.bitten}"
        case events.FaultSkipped():
            text = f"{event.fault} was skipped: {event.reason}"
        case events.ErrorsLogged():
            text = f"the app's log: {error_text(event)}"
        case events.AppExited():
            again = " when it was restarted" if event.starting else ""
            text = f"the app ended with exit code {event.exit_code}{again}"
        case events.ComponentEnded():
            text = f"{event.component} {event.how}; Squall did not do it"
        case _:
            text = ""
    return text
