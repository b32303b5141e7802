"""Causes of writes that were refused, and are there."""

from __future__ import annotations

from http import HTTPStatus

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import ERRORS, Diagnosis, JudgedRun, count
from squall.diagnosis.signs_of_writes import are_done_later
from squall.gates.refused_write_absent import QUEUED, STORED_LATER
from squall.gates.verdict import Finding

OF_THE_APP = "app."


def refused_but_applied(case: JudgedRun) -> Diagnosis | None:
    """A write was refused although it was applied."""
    finding = case.failed("refused-write-absent")
    if finding is None:
        return None
    if finding.code == STORED_LATER:
        told = "updates that were refused are tried again in secret, when others may have followed"
        return Diagnosis(f"{told}: {finding.reason}", remedies.ONE_TRANSACTION)
    if finding.code == QUEUED:
        told = (
            "who waits for its job is refused, and the job stays in a queue of the app, to be done"
        )
        return Diagnosis(f"{told} all the same: {finding.reason}", remedies.UNKNOWN_COMMIT)
    number = int(finding.figures["present"])
    told = f"{count(number, 'write was', 'writes were')} refused and happened all the same"
    if any(fault.startswith(OF_THE_APP) for fault in case.faults) and are_done_later(case, finding):
        told += ", when the app was started again: they are noted before the work, and the note"
        return Diagnosis(f"{told} outlives the refusal", remedies.UNKNOWN_COMMIT)
    if _are_conflicts(case, finding):
        told += ": a repeat, of the client or of the app, meets what its first attempt has made"
        return Diagnosis(f"{told}, and is told of a conflict (409)", remedies.IDEMPOTENCY)
    return _applied(case, told)


def _are_conflicts(case: JudgedRun, finding: Finding) -> bool:
    """Whether each refusal was one for something that is there already."""
    shown = [op for op in case.evidence.ops if op.id in finding.ops]
    return bool(shown) and all(op.status == HTTPStatus.CONFLICT for op in shown)


def _applied(case: JudgedRun, told: str) -> Diagnosis:
    if case.effects == ERRORS:
        told = (
            f"{told}, though no COMMIT was in doubt: what came before an error is committed, or the"
        )
        return Diagnosis(f"{told} error came after COMMIT", remedies.ONE_TRANSACTION)
    return Diagnosis(
        f"{told}: a COMMIT without an answer was called a failure", remedies.UNKNOWN_COMMIT
    )
