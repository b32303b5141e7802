"""One run as plain text, for test failures: verdicts, timeline, the log's last words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.checkers.verdict import Verdict
from harness.core import events
from harness.reports.windows import WINDOWS
from harness.scenario.runner import Run


def verdict_lines(run: Run) -> Iterator[str]:
    """What is not well, or that all is."""
    yield f"{run.scenario.name}: {run.verdict.value} (seed {run.seed}, engine {run.engine})"
    for finding in run.findings:
        if finding.verdict is not Verdict.PASS:
            yield f"  {finding.verdict.value} {finding.checker}: {finding.reason}"
    if not run.passed:
        diagnosis = run.diagnosis
        yield f"  why: {diagnosis.reason}"
        if diagnosis.cure is not None:
            yield f"  cure: {diagnosis.cure.title} (squall cure {diagnosis.cure.key})"


def timeline(run: Run) -> Iterator[str]:
    """Faults, and what callers got between them; seconds since the start of the run."""
    start = min((event.at for event in run.evidence.events), default=0.0)
    for event in run.evidence.events:
        sentence = told(event)
        if sentence:
            yield f"{event.at - start:7.3f} s  {sentence}"
    for window in WINDOWS:
        ops = run.evidence.window(window)
        what = Counter(str(op.status or op.error) for op in ops)
        answers = ", ".join(f"{count} x {name}" for name, count in what.most_common())
        yield f"   {window:>6}    {answers or 'nothing'}"


def told(event: events.Event) -> str:
    """An event as a sentence; empty for those that only pictures need."""
    match event:
        case events.SteadyStateChecked():
            text = f"steady state {'holds' if event.holds else 'is broken'}: {event.reason}"
        case events.FaultInjected():
            text = f"{event.fault} injected"
        case events.FaultHealed():
            text = f"{event.fault} healed: {event.bitten}"
        case events.FaultSkipped():
            text = f"{event.fault} was skipped: {event.reason}"
        case events.LogProblem():
            text = f"the app's log: {event.line}"
        case events.AppExited():
            again = " when it was started anew" if event.starting else ""
            text = f"the app ended with exit code {event.exit_code}{again}"
        case _:
            text = ""
    return text
