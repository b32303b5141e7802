"""The kill matrix as text: a row for each mutant, a column for each checker.

●  caught by the checker that its file names
○  caught by another one, too
✗  not caught by the checker that its file names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.checkers.verdict import Verdict
from harness.mutants.gallery import CHECKERS
from harness.mutants.matrix import Matrix
from harness.mutants.trial import Case

CAUGHT, ALSO, MISSED, NOTHING = "●", "○", "✗", "·"
WORDS = {Verdict.PASS: "caught", Verdict.FAIL: "SURVIVED", Verdict.INCONCLUSIVE: "unclear"}
OF_REFERENCE = {
    Verdict.PASS: "clean",
    Verdict.FAIL: "FALSE ALARM",
    Verdict.INCONCLUSIVE: "unclear",
}


def mark(case: Case, checker: str) -> str:
    """What stands in the cell of a checker."""
    named = case.mutant is not None and checker in case.mutant.caught_by
    if checker in case.killers:
        return CAUGHT if named else ALSO
    return MISSED if named else NOTHING


def word(case: Case) -> str:
    """What became of the case."""
    words = OF_REFERENCE if case.mutant is None else WORDS
    return words[case.verdict]


def line(case: Case) -> str:
    """One line for whoever waits: the case, its outages, and what was found."""
    outages = ", ".join(trial.outage for trial in case.trials)
    if case.mutant is None:
        outages = f"{len(case.trials)} outages"
    told = f"{word(case):12} {case.name} ({outages})"
    if case.mutant is not None and case.verdict is Verdict.PASS:
        return f"{told}: {', '.join(case.mutant.caught_by)}"
    details = [f"{trial.outage}: {text}" for trial in case.trials for text in trial.reasons]
    return "\n    ".join([told, *details])


def text(matrix: Matrix) -> str:
    """For terminals."""
    width = max(len(case.name) for case in matrix.cases)
    head = " ".join(f"{number:>2}" for number in range(1, len(CHECKERS) + 1))
    rows = [
        f"{case.name:{width}} "
        + " ".join(f"{mark(case, c):>2}" for c in CHECKERS)
        + f"  {word(case)}"
        for case in matrix.cases
    ]
    return "\n".join([f"{'':{width}} {head}", *rows, "", *_legend(), "", summary(matrix)])


def markdown(matrix: Matrix) -> str:
    """For documents."""
    numbers = " | ".join(str(number) for number in range(1, len(CHECKERS) + 1))
    lines = [f"| mutant | outages | {numbers} |", "|---|---|" + "---|" * len(CHECKERS)]
    for case in matrix.cases:
        outages = ", ".join(trial.outage for trial in case.trials)
        outages = outages if case.mutant is not None else f"{len(case.trials)} outages"
        marks = " | ".join(mark(case, checker) for checker in CHECKERS)
        lines.append(f"| {case.name} | {outages} | {marks} |")
    return "\n".join([*lines, "", *_legend(), "", summary(matrix)]) + "\n"


def summary(matrix: Matrix) -> str:
    """The count."""
    mutants = [case for case in matrix.cases if case.mutant is not None]
    clean = [trial for case in matrix.cases if case.mutant is None for trial in case.trials]
    alarms = sum(trial.verdict is not Verdict.PASS for trial in clean)
    told = f"{_count(mutants, Verdict.PASS)} of {len(mutants)} mutants caught"
    if unclear := _count(mutants, Verdict.INCONCLUSIVE):
        told += f", {unclear} unclear"
    if clean:
        told += f"; reference app: {alarms} alarms in {len(clean)} outages"
    return told


def _count(cases: Sequence[Case], verdict: Verdict) -> int:
    return sum(case.verdict is verdict for case in cases)


def _legend() -> Iterator[str]:
    named = [f"{number} {name}" for number, name in enumerate(CHECKERS, start=1)]
    yield ", ".join(named) + "."
    yield ""
    yield f"{CAUGHT} caught by the checker that is meant for it, {ALSO} by another one, too."
