"""Accepted work is done after the outage: nothing stays in a queue for good.

A worker takes a job, loses its database, and nobody takes the job again. No request fails, and no
row is lost: the work is there for ever, and pending.

Work that was only in memory shows without a query: before the fault each request that was answered
202 had rows with its key or with the id of its answer, sooner or later, and one in the outage has
none. So does work that a worker takes out of the queue and loses: the rows that it adds to others
are missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from squall.core.counting import counted
from squall.core.events import WorkPending
from squall.gates.accepted_rows import accepted_by_answer
from squall.gates.committed_rows import MIN_LEARNED, CommittedRows, read_rows
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.undone_work import makers_of, undone_work
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

EVENTUALLY = 'eventually = {jobs = "SELECT count(*) FROM jobs WHERE done_at IS NULL"}'
"""An example of the line of ``[tool.squall]`` that lets this gate judge."""

LOST = "accepted-never-done"
UNDONE = "worker-lost-its-work"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkIsDone(Gate):
    """Of each declared kind of work, no more is pending after the outage than before the load."""

    name = "work-is-done"
    severity = Severity.WRONG_DATA
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the kinds of work that are stuck."""
        rows = read_rows(evidence)
        accepted, lost = ([], []) if rows is None else _accepted_and_lost(evidence, rows)
        if lost:
            keys = listed([str(op.key or op.request) for op in lost])
            reason = f"{len(lost)} of {len(accepted)} requests were accepted (202), and nothing"
            figures = {"accepted": float(len(accepted)), "lost": float(len(lost))}
            told = f"{reason} was ever stored for them: {keys}"
            return failed(self.name, told, figures, lost, code=LOST)
        return self._owed(evidence, rows) or self._pending(evidence, accepted)

    def _owed(self, evidence: Evidence, rows: CommittedRows | None) -> Finding | None:
        owed = [] if rows is None else undone_work(evidence, rows)
        if not owed:
            return None
        first, made = owed[0], makers_of(evidence, owed)
        reason = (
            f"{counted(len(owed), 'new rows')} of {first.family.parent} by {first.operation} never"
            f" got {first.lacks}: before the fault each did, and later ones have it"
        )
        return failed(self.name, reason, {"undone": float(len(owed))}, made, code=UNDONE)

    def _pending(self, evidence: Evidence, accepted: list[Op]) -> Finding:
        seen = [event for event in evidence.events if isinstance(event, WorkPending)]
        if not seen and accepted:
            told = f"{len(accepted)} requests were accepted (202), and have rows with their keys"
            told += " or ids"
            return passed(self.name, told, {"accepted": float(len(accepted))})
        if not seen:
            return not_judged(
                self.name, "no query for pending work is declared", configure=EVENTUALLY
            )
        figures = {f"{event.work}_pending": float(event.after) for event in seen}
        stuck = [event for event in seen if event.after > event.before]
        if not stuck:
            return passed(self.name, f"done: {', '.join(event.work for event in seen)}", figures)
        reason = "; ".join(
            f"{event.after} of {event.work} are still pending {event.seconds:.0f} s after the load,"
            f" {event.before} were before it"
            for event in stuck
        )
        return failed(self.name, reason, figures)


def _accepted_and_lost(evidence: Evidence, rows: CommittedRows) -> tuple[list[Op], list[Op]]:
    """Requests that were answered 202, of operations whose successes before the fault all have rows
    with their keys, whether they were answered 201 or 202; or rows with the ids of their answers.
    And those of them that have none.
    """
    known = _keyed(evidence, rows)
    accepted = [op for op in _accepted(evidence.ops) if op.name in known]
    lost = [op for op in accepted if op.key not in rows.by_key]
    told, missing = accepted_by_answer(evidence, rows, without=known)
    return [*accepted, *told], [*lost, *missing]


def _keyed(evidence: Evidence, rows: CommittedRows) -> set[str]:
    calm: defaultdict[str, list[Op]] = defaultdict(list)
    for op in evidence.without_fault:
        if op.effect != "read" and op.good and op.key is not None:
            calm[op.name].append(op)
    known = rows.to_learn_from.by_key
    return {
        name
        for name, ops in calm.items()
        if len(ops) >= MIN_LEARNED and all(op.key in known for op in ops)
    }


def _accepted(ops: Iterable[Op]) -> list[Op]:
    return [op for op in ops if op.is_accepted and op.key is not None]
