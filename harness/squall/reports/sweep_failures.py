"""One failing fault point as text: where, which fault, what was wrong, and what repeats it."""

from __future__ import annotations

from collections.abc import Iterator

from squall.gates.verdict import Verdict
from squall.sweeping.cells import DESCRIPTIONS
from squall.sweeping.sweep_result import CellResult, SweepResult

MAX_ANSWER = 200
LASTS = ", and from there on until healed"


def verdict_of(result: SweepResult) -> Verdict:
    """``pass``, ``fail``, or ``inconclusive`` if nothing was exercised or a part is missing."""
    if result.inconclusive:
        return Verdict.INCONCLUSIVE
    return Verdict.PASS if result else Verdict.FAIL


def headline_of(result: SweepResult, one: CellResult) -> str:
    """Its sign, id and what is wrong in one line."""
    known = " (in the baseline)" if one.cell in result.limits.known else ""
    return f"{one.mark} {one.cell.id}{known}: {one.problems[0].text}"


def failing_lines(result: SweepResult, one: CellResult) -> Iterator[str]:
    """The same with operation, statement, fault, answer and command."""
    yield headline_of(result, one)
    yield f"    operation: {one.cell.operation}, {result.place_of(one.cell)}"
    lasting = LASTS if one.cell.mode == "on" else ""
    yield f"    fault: {one.cell.fault}: {DESCRIPTIONS[one.cell.fault]}{lasting}"
    for problem in one.problems:
        yield f"    wrong: {problem.failure.value}: {problem.text}"
    answer = f"  →  {one.answer[:MAX_ANSWER]}" if one.answer else ""
    yield f"    request: {one.request}{answer}"
    yield f"    repeat: {result.command(one.cell)}"


def evidence_lines(one: CellResult) -> Iterator[str]:
    """What the app sent, what changed and what it logged."""
    for title, lines in (("statements", one.statements), ("rows", one.changes), ("log", one.log)):
        if lines:
            yield f"    {title}:"
            yield from (f"      {line}" for line in lines)
