"""Causes of requests that are done in part, and of work that nobody does any more."""

from __future__ import annotations

from squall.core.events import FamilyCommitted, RowFollowed
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun
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
    if finding.code == work_is_done.UNDONE and were_overtaken(case):
        told = (
            "a worker looks for numbers above the highest that it has seen, and what is committed"
        )
        told += f" late, behind higher numbers, is never seen: {finding.reason}"
        return Diagnosis(told, remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.UNDONE and _missed_a_span(case):
        told = "the worker is told of new work, as by LISTEN or a queue in memory, and does not"
        told += f" look for what was stored while nobody could tell it: {finding.reason}"
        return Diagnosis(told, remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.LOST:
        told = "what is accepted is collected in memory, and leaves it before it is stored: an"
        told += " error, or the end of the process, takes it along"
        return Diagnosis(f"{told}; {finding.reason}", remedies.TAKE_UP_AGAIN)
    if finding.code == work_is_done.UNDONE:
        told = "a worker lost what it had taken, or a task behind the answer its work: what belongs"
        told += " together is not in one transaction"
        return Diagnosis(f"{told}; {finding.reason}", remedies.ONE_TRANSACTION)
    return Diagnosis(f"accepted work is stuck: {finding.reason}", remedies.TAKE_UP_AGAIN)


def _missed_a_span(case: JudgedRun) -> bool:
    """Whether nothing that was stored in one span was done, and all before it and after it was."""
    rows = read_rows(case.evidence)
    owed = [] if rows is None else [one.family for one in undone_work(case.evidence, rows)]
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
