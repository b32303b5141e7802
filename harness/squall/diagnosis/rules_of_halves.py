"""Causes of requests that are done in part, and of work that nobody does any more."""

from __future__ import annotations

from squall.core.events import FamilyCommitted, RowFollowed
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SETTLED_SECONDS, Diagnosis, JudgedRun
from squall.diagnosis.signs_of_writes import rows_set_back, were_overtaken
from squall.gates import work_is_done
from squall.gates.committed_rows import read_rows
from squall.gates.undone_work import undone_work

LEAST_MISSED = 3
"""Rows one after the other that were never done: not by chance."""


def partial_transaction(case: JudgedRun) -> Diagnosis | None:
    """A request was applied in part."""
    finding = case.failed("conservation")
    if finding is None:
        return None
    if back := rows_set_back(case):
        told = f"what was committed is overwritten later with what was read before: {back} rows got"
        told += f" back a number that they had before the outage; {finding.reason}"
        return Diagnosis(told, remedies.OWN_COLUMNS)
    told = f"requests were done by half ({finding.reason}): their parts are not in one transaction"
    if any(one.gate == "one-effect" and one.figures.get("requests") for one in case.findings):
        told += ", or what was committed is overwritten later, with what was read before"
    return Diagnosis(told, remedies.ONE_TRANSACTION)


def work_left(case: JudgedRun) -> Diagnosis | None:
    """Accepted, and never done."""
    finding = case.failed("work-is-done")
    if finding is None:
        return None
    if finding.code == work_is_done.UNDONE:
        told, remedy = _why_undone(case)
        return Diagnosis(f"{told}: {finding.reason}", remedy)
    if finding.code == work_is_done.LOST:
        told = "what is accepted is collected in memory, and leaves it before it is stored: an"
        told += " error, or the end of the process, takes it along"
        return Diagnosis(f"{told}; {finding.reason}", remedies.TAKE_UP_AGAIN)
    return Diagnosis(f"accepted work is stuck: {finding.reason}", remedies.TAKE_UP_AGAIN)


def _why_undone(case: JudgedRun) -> tuple[str, remedies.Remedy]:
    """Why a worker never did what it owes to a new row."""
    if were_overtaken(case):
        told = "a worker looks for numbers above the highest that it has seen, and what is"
        told += " committed late, behind higher numbers, is never seen"
    elif _missed_a_span(case):
        told = "the worker is told of new work, as by LISTEN or a queue in memory, and does not"
        told += " look for what was stored while nobody could tell it"
    elif column := _counted(case):
        told = "errors of a moment spent the attempts of what was never done, and nobody tries"
        told += f" again ({column} was changed, which is left as it is without a fault)"
    else:
        told = "a worker lost what it had taken, or a task behind the answer its work: what belongs"
        return f"{told} together is not in one transaction", remedies.ONE_TRANSACTION
    return told, remedies.TAKE_UP_AGAIN


def _missed_a_span(case: JudgedRun) -> bool:
    """Whether nothing that was stored in one span was done, and all before it and after it was."""
    owed = _owed(case)
    parents = {one.parent for one in owed}
    ats = sorted(
        {
            event.at
            for event in case.evidence.events
            if isinstance(event, FamilyCommitted | RowFollowed)
            and event.answered and event.parent in parents
        }
    )  # fmt: skip
    places = sorted({ats.index(one.at) for one in owed})
    return len(places) >= LEAST_MISSED and places[-1] - places[0] + 1 == len(places)


def _owed(case: JudgedRun) -> list[FamilyCommitted | RowFollowed]:
    """The new rows whose work was never done."""
    rows = read_rows(case.evidence)
    return [] if rows is None else [one.family for one in undone_work(case.evidence, rows)]


def _counted(case: JudgedRun) -> str:
    """A column that was changed of each row whose work was never done, and without a fault of none,
    such as a number of attempts; empty if there is none.
    """
    start = case.evidence.first_injected or 0.0
    owed = {(one.parent, one.answered) for one in _owed(case)}
    events = [one for one in case.evidence.events if isinstance(one, RowFollowed) and one.answered]
    usual = {column for one in events if one.at < start - SETTLED_SECONDS for column in one.commits}
    changed = [set(one.commits) - usual for one in events if (one.parent, one.answered) in owed]
    common = set.intersection(*changed) if changed and len(changed) >= len(owed) else set()
    return min(common, default="")
