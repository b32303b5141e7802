"""Signs in the evidence that tell causes of wrong data apart, where a gate sees the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from statistics import median

from squall.core.events import NumbersMoved, TransactionCommitted
from squall.diagnosis.judged_run import JudgedRun
from squall.gates.committed_rows import read_rows
from squall.gates.kept_totals import TINY
from squall.gates.undone_work import Owed, undone_work
from squall.gates.usual_rows import learn_usual_rows, new_rows
from squall.gates.verdict import Finding
from squall.history.op import Op, Outcome

LEAST_ROWS = 3
"""Fewer may have got their earlier number by chance."""
LEAST_LOST = 3
PAUSE_SECONDS, PAUSE_TIMES = 0.015, 3.0
"""By which an answer is later than others, if something was tried again after a pause."""
A_WHILE = 0.2
"""After a refusal; what was at the server already is committed sooner."""
MOST = 0.75
"""Of what shows a sign, if the sign is to be their cause."""


def rows_set_back(case: JudgedRun) -> int:
    """Rows whose number is, since the fault, one that they had before it, with moves from before
    the fault undone; 0 if numbers came back before the fault, too.

    A compensation undoes what its own request has done, a moment before.
    """
    start = case.evidence.first_injected
    moved = [event for event in case.evidence.events if isinstance(event, NumbersMoved)]
    if start is None:
        return 0
    returns = [one for event in moved for row in _by_row(event) for one in _returns(row)]
    if any(at <= start for at, _ in returns):
        return 0
    number = sum(undone <= start for _, undone in returns)
    return number if number >= LEAST_ROWS else 0


def _by_row(event: NumbersMoved) -> Iterable[list[tuple[float, float]]]:
    """The moves of each row, in the order of their commits."""
    rows: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, row, by in zip(event.commits, event.rows, event.moves, strict=True):
        if abs(by) > TINY:
            rows[row].append((at, by))
    return rows.values()


def _returns(moves: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """When a row got a number that it had before, and when the first move was that this undid."""
    sums = [0.0, *accumulate(by for _, by in moves)]
    for place, (at, _) in enumerate(moves, start=1):
        earlier = [n for n in range(place - 1) if abs(sums[n] - sums[place]) <= TINY]
        if earlier:
            yield at, moves[earlier[-1]][0]


def only_a_part_is_twice(case: JudgedRun, finding: Finding) -> bool:
    """Whether each of these requests made some of its rows more often, in transactions of their
    own, and then others as often as without a fault: those were rolled back, and made again.
    """
    rows = read_rows(case.evidence)
    ops = [op for op in case.evidence.ops if op.id in set(finding.ops)]
    if rows is None or not ops:
        return False
    usual = learn_usual_rows(case.evidence, rows)

    def is_so(op: Op) -> bool:
        made, most = new_rows(rows, op), usual[op.name].most if op.name in usual else {}
        more = {table for table, number in most.items() if made[table] > number}
        once = {table for table, number in most.items() if made[table] == number}
        found = rows.by_key.get(str(op.key), [])
        first, then = (_commits(found, str(op.key), tables) for tables in (more, once))
        return bool(first and then) and max(first) < min(then)

    return all(is_so(op) for op in ops)


def _commits(found: Iterable[TransactionCommitted], key: str, tables: set[str]) -> list[float]:
    """When rows of these tables were committed for a request."""
    return [one.at for one in found if not tables.isdisjoint(one.keys[key])]


def were_overtaken(case: JudgedRun) -> bool:
    """Whether the rows that a worker never reached were committed after rows with higher numbers,
    and few of those that it did: it remembers the highest number that it has seen.
    """
    rows = read_rows(case.evidence)
    owed = [] if rows is None else undone_work(case.evidence, rows)
    numbered = [one for one in owed if one.family.answered.isdecimal()]
    if len(numbered) < LEAST_LOST or len(numbered) < len(owed):
        return False
    late = sum(_is_overtaken(one, case.evidence.events) for one in numbered)
    return late >= MOST * len(numbered)


def _is_overtaken(owed: Owed, events: Iterable[object]) -> bool:
    """Whether a row with a higher number was committed before it, and got what it lacks."""
    own = owed.family
    return any(
        isinstance(one, type(own))
        and one.parent == own.parent
        and one.answered.isdecimal()
        and int(one.answered) > int(own.answered)
        and one.at < own.at
        and bool(one.commits.get(owed.column))
        for one in events
    )


def pause_before_success(case: JudgedRun, finding: Finding) -> float:
    """By how many seconds the answers of these writes are later than those of their operations
    without the fault; 0 if they are few, or about as quick.
    """
    shown = set(finding.ops)
    lost = [op for op in case.evidence.ops if op.id in shown]
    names = {op.name for op in lost}
    usual = [
        op
        for op in case.evidence.window("before")
        if op.name in names and op.outcome is Outcome.APPLIED
    ]
    if len(lost) < LEAST_LOST or not usual:
        return 0.0
    late, quick = (median(op.done - op.sent for op in ops) for ops in (lost, usual))
    paused = late >= PAUSE_TIMES * quick and late - quick >= PAUSE_SECONDS
    return late - quick if paused else 0.0


def are_done_later(case: JudgedRun, finding: Finding) -> bool:
    """Whether most of these writes were committed a while after their refusal."""
    rows, shown = read_rows(case.evidence), set(finding.ops)
    ops = [op for op in case.evidence.ops if op.id in shown and op.key is not None]
    if rows is None or not ops:
        return False
    commits = [(op, rows.by_key.get(op.key or "", [])) for op in ops]
    late = [op for op, own in commits if own and min(one.at for one in own) > op.done + A_WHILE]
    return len(late) >= MOST * len(ops)
