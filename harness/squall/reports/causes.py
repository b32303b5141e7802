"""Causes over all outages: what to fix first, where it is, and what would remain after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from squall.diagnosis.if_mended import remaining
from squall.diagnosis.judged_run import Diagnosis
from squall.diagnosis.remedies import Remedy
from squall.gates.verdict import Verdict
from squall.runner.result import Run

MAX_PLACES = 4
MAX_SUSPECTS = 3

MIN_FAILURES = 2
"""If only one outage fails, its own findings are sufficient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CausedFailure:
    """One run that did not pass, with its cause and what would remain if the cause were fixed."""

    run: Run
    cause: Diagnosis
    remains: Diagnosis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason why outages did not pass."""

    title: str
    """``unhandled database errors become HTTP 500``."""
    verdict: Verdict
    remedy: Remedy | None
    failures: Sequence[CausedFailure]
    of: int
    """Number of outages that did not pass, for any cause."""

    @property
    def names(self) -> list[str]:
        """The outages."""
        return [each.run.scenario.name for each in self.failures]

    @property
    def headline(self) -> str:
        """``35 of 38: unhandled database errors become HTTP 500``."""
        return f"{len(self.failures)} of {self.of}: {self.title}"

    @property
    def places(self) -> list[str]:
        """Lines of the project, ordered by the number of outages."""
        counts = Counter(place for each in self.failures for place in each.cause.places)
        return [place for place, _ in counts.most_common(MAX_PLACES)]

    @property
    def at(self) -> str:
        """``at shop/main.py:81 in list_items, shop/main.py:88 in get_item``; empty if unknown."""
        return at_lines(self.places, self.handlers)

    @property
    def handlers(self) -> list[str]:
        """Functions that answered what failed, where no line raised it."""
        counts = Counter(place for each in self.failures for place in each.cause.handlers)
        return [place for place, _ in counts.most_common(MAX_PLACES)]

    @property
    def suspects(self) -> list[str]:
        """Lines that are written as such a cause often is."""
        counts = Counter(line for each in self.failures for line in each.cause.suspects)
        return [line for line, _ in counts.most_common(MAX_SUSPECTS)]

    @property
    def after_it(self) -> str:
        """What would still fail if this cause were fixed, estimated from these runs."""
        left = Counter(
            cause_title(each.remains) for each in self.failures if each.remains is not None
        )
        if not left:
            return "If this is mended, nothing else that was seen fails these outages."
        told = ", ".join(f"{count} x {title}" for title, count in left.most_common())
        return f"If this is mended, {left.total()} of them would still fail: {told}."


def at_lines(places: Sequence[str], handlers: Sequence[str]) -> str:
    """``at shop/main.py:81 in list_items``, or the functions that answered; empty if unknown."""
    if places:
        return f"at {', '.join(places)}"
    return f"handled by {', '.join(handlers)}" if handlers else ""


def cause_title(diagnosis: Diagnosis) -> str:
    """The cause without the figures of one run."""
    if diagnosis.remedy is not None:
        return diagnosis.remedy.cause
    return diagnosis.reason.partition(":")[0]


def caused_failure(run: Run) -> CausedFailure:
    """A run that did not pass, judged a second time as if its cause were fixed."""
    cause = run.diagnosis
    fails = run.verdict is Verdict.FAIL
    remains = remaining(run.scenario, run.evidence, run.findings, cause) if fails else None
    return CausedFailure(run=run, cause=cause, remains=remains)


def causes_of(failures: Sequence[CausedFailure]) -> list[Cause]:
    """Failures first, then the cause of most outages; empty if only one outage failed."""
    if len(failures) < MIN_FAILURES:
        return []
    groups: dict[tuple[Verdict, str], list[CausedFailure]] = {}
    for each in failures:
        groups.setdefault((each.run.verdict, cause_title(each.cause)), []).append(each)
    causes = [
        Cause(title=title, verdict=verdict, remedy=found[0].cause.remedy, failures=found,
              of=sum(each.run.verdict is verdict for each in failures))
        for (verdict, title), found in groups.items()
    ]  # fmt: skip
    return sorted(causes, key=lambda one: (-one.verdict.severity, -len(one.failures)))


def causes_of_runs(runs: Sequence[Run]) -> list[Cause]:
    """The same, computed from runs."""
    return causes_of([caused_failure(run) for run in runs if not run.passed])
