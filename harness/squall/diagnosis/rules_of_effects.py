"""Causes of writes that took effect twice, or in part."""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun
from squall.diagnosis.rules_of_waits import is_harmless
from squall.diagnosis.signs_of_writes import only_a_part_is_twice
from squall.gates import one_effect
from squall.gates.verdict import Finding

OVERLAP = "app.overlap"
PAUSE = "app.pause"
REPEATS = "client.repeat"
"""Clients that send a write again while it is under way."""
OF_A_NUMBER = {
    one_effect.COUNTED_LESS: (
        "a number is read and written back, so that what came in between is undone, or success was"
        " answered without a COMMIT"
    ),
    one_effect.GIVEN_TWICE: (
        "the next number is read and used by two requests at once, such as max + 1, and nothing"
        " locks the counter or refuses the second one"
    ),
}
"""What a wrong number alone says of the cause."""


def not_one_effect(case: JudgedRun) -> Diagnosis | None:
    """A write took effect twice or in part, according to logical decoding."""
    finding = case.failed("one-effect")
    if finding is None:
        return None
    if finding.code == one_effect.AGAIN:
        return _worked_again(case, finding)
    if finding.code == one_effect.UPSTREAM:
        told = f"{finding.reason}: the key is made for each attempt, and not for the request"
        return Diagnosis(told, remedies.IDEMPOTENCY)
    if finding.code in OF_A_NUMBER:
        told = f"{OF_A_NUMBER[finding.code]}: {finding.reason}"
        return Diagnosis(told, remedies.ONE_TRANSACTION)
    if finding.code in (one_effect.TWICE, one_effect.COUNTED_TWICE):
        return _made_twice(case, finding)
    return _half_done(finding)


def _worked_again(case: JudgedRun, finding: Finding) -> Diagnosis:
    """What a worker does was done twice."""
    told = f"a worker did its work again: {finding.reason}"
    apart = "its effect and the mark that it is done are not in one transaction"
    if case.faults == {OVERLAP}:
        apart = "two processes of the app ran, and each looks for what is to be done by itself:"
        apart += " neither locks what it takes, as FOR UPDATE SKIP LOCKED does"
    elif is_harmless(case) or case.faults == {PAUSE}:
        apart = "nothing failed, so it was given to another one while the first still did it: a"
        apart += " lease is shorter than the work, and nobody looks at the end whose it is"
    return Diagnosis(f"{told}; {apart}", remedies.ONE_TRANSACTION)


def _made_twice(case: JudgedRun, finding: Finding) -> Diagnosis:
    """A whole request took effect twice, or what it writes outside of its transaction."""
    if finding.code == one_effect.TWICE and only_a_part_is_twice(case, finding):
        told = f"{finding.reason}: a part of them is written outside of the transaction, on another"
        told += " connection, in each attempt, and the rest in the transaction that is run again"
        return Diagnosis(told, remedies.ONE_TRANSACTION)
    told = f"{finding.reason}: a write was repeated without a key that tells so"
    if REPEATS in case.faults:
        told += ", or the key is looked up before the insert, and nothing unique refuses the"
        told += " second of two at once"
    return Diagnosis(told, remedies.IDEMPOTENCY)


def _half_done(finding: Finding) -> Diagnosis:
    """Rows are missing, or are alone."""
    told = f"{finding.reason}: its parts are not in one transaction"
    if finding.code == one_effect.ORPHANED:
        told = f"{finding.reason}: they are written on another connection, or in a task that has"
        told += " one of its own, outside of its transaction"
    return Diagnosis(told, remedies.ONE_TRANSACTION)
