"""The kill matrix as text: a row for each mutant, a column for each gate.

●  caught by a gate that its file names
○  also caught by another gate
✗  not caught by a gate that its file names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall.gates.verdict import Verdict, worst

from squall_proof.mutants.kill_matrix import KillMatrix
from squall_proof.mutants.mutant_gallery import CHECKERS
from squall_proof.mutants.trial import MutantCase

CAUGHT, ALSO, MISSED, NOTHING = "●", "○", "✗", "·"
WORDS = {Verdict.PASS: "caught", Verdict.FAIL: "SURVIVED", Verdict.INCONCLUSIVE: "unclear"}
OF_REFERENCE = {
    Verdict.PASS: "clean",
    Verdict.FAIL: "FALSE ALARM",
    Verdict.INCONCLUSIVE: "unclear",
}


def mark(cases: Sequence[MutantCase], gate: str) -> str:
    """The mark in a gate's cell, for all repeats of one mutant."""
    mutant = cases[0].mutant
    named = mutant is not None and gate in mutant.caught_by
    if named:
        return CAUGHT if all(gate in case.killers for case in cases) else MISSED
    return ALSO if any(gate in case.killers for case in cases) else NOTHING


def word(cases: Sequence[MutantCase]) -> str:
    """The result of all repeats."""
    words = OF_REFERENCE if cases[0].mutant is None else WORDS
    return words[worst(case.verdict for case in cases)]


def rows(matrix: KillMatrix) -> list[list[MutantCase]]:
    """The repeats of each mutant, by name. The reference app is last."""
    found: dict[str, list[MutantCase]] = {}
    for case in sorted(matrix.cases, key=lambda case: (case.mutant is None, case.name)):
        found.setdefault(case.name, []).append(case)
    return list(found.values())


def line(case: MutantCase) -> str:
    """A progress line: the case, its outages, and the findings."""
    outages = ", ".join(trial.outage for trial in case.trials)
    if case.mutant is None:
        outages = f"{len(case.trials)} outages"
    told = f"{word([case]):12} {case.name} ({outages})"
    if case.mutant is not None and case.verdict is Verdict.PASS:
        return f"{told}: {', '.join(case.mutant.caught_by) or killed_by(case)}"
    details = [f"{trial.outage}: {text}" for trial in case.trials for text in trial.reasons]
    return "\n    ".join([told, *details])


def killed_by(case: MutantCase) -> str:
    """The gates that failed, with their outages."""
    return "; ".join(
        f"{', '.join(sorted(trial.failed))} in {trial.outage}"
        for trial in case.trials
        if trial.failed
    )


def text(matrix: KillMatrix) -> str:
    """For terminals."""
    width = max(len(case.name) for case in matrix.cases)
    head = " ".join(f"{number:>2}" for number in range(1, len(CHECKERS) + 1))
    lines = [f"{'':{width}} {head}"]
    for cases in rows(matrix):
        marks = " ".join(f"{mark(cases, gate):>2}" for gate in CHECKERS)
        lines.append(f"{cases[0].name:{width}} {marks}  {word(cases)}")
    return "\n".join([*lines, "", *_legend(), "", summary(matrix)])


def markdown(matrix: KillMatrix) -> str:
    """For documents."""
    numbers = " | ".join(str(number) for number in range(1, len(CHECKERS) + 1))
    lines = [f"| mutant | outage | {numbers} |", "|---|---|" + "---|" * len(CHECKERS)]
    for cases in rows(matrix):
        of_mutant = cases[0].mutant is not None
        names = sorted({trial.outage for case in cases for trial in case.trials})
        outages = ", ".join(names) if of_mutant else f"all {len(names)} of these"
        marks = " | ".join(mark(cases, gate) for gate in CHECKERS)
        lines.append(f"| {cases[0].name} | {outages} | {marks} |")
    return "\n".join([*lines, "", *_legend(), "", summary(matrix)]) + "\n"


def summary(matrix: KillMatrix) -> str:
    """The number of mutants that were caught."""
    mutants = [case for case in matrix.cases if case.mutant is not None]
    clean = [trial for case in matrix.cases if case.mutant is None for trial in case.trials]
    alarms = sum(trial.verdict is not Verdict.PASS for trial in clean)
    told = f"{_count(mutants, Verdict.PASS)} of {len(mutants)} mutants caught"
    if unclear := _count(mutants, Verdict.INCONCLUSIVE):
        told += f", {unclear} unclear"
    if clean:
        told += f"; reference app: {alarms} alarms in {len(clean)} outages"
    return told


def _count(cases: Sequence[MutantCase], verdict: Verdict) -> int:
    return sum(case.verdict is verdict for case in cases)


def _legend() -> Iterator[str]:
    named = [f"{number} {name}" for number, name in enumerate(CHECKERS, start=1)]
    yield ", ".join(named) + "."
    yield ""
    yield (
        f"{CAUGHT} caught by the gate that is meant for it, {ALSO} by another one, too,"
        f" {MISSED} not caught."
    )
