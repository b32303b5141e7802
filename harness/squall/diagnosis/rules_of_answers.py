"""Causes of answers that hide the outage from the client, or blame the client for it."""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import Diagnosis, JudgedRun, count
from squall.diagnosis.settled_requests import settled
from squall.diagnosis.signs_of_answers import got_each_others
from squall.gates.answer_unlike_calm import BLAMED, EMPTIED, REPEATED, SHORTENED
from squall.gates.differences_of_the_run import (
    ANOTHER_NUMBER,
    INVALID,
    LET_IN,
    MIXED,
    NEVER_STORED,
    NOT_IN_ROW,
)
from squall.gates.verdict import Finding

LATER = frozenset({"blocks", "slows", "loads"})
"""Effects of faults after which every statement is answered in the end."""
MISSING = 404
FORBIDDEN = frozenset({401, 402, 403})
BY_CODE = {
    LET_IN: ("the check of credentials or rights fails open", remedies.FAIL_CLOSED),
    NEVER_STORED: (
        "a cache is filled before COMMIT, and an error takes nothing back",
        remedies.COMMIT_FIRST,
    ),
    ANOTHER_NUMBER: (
        "a default is stored, and told, for what could not be read",
        remedies.NO_FALSE_SUCCESS,
    ),
    REPEATED: (
        "a repeat around a stream begins it again, behind what was sent",
        remedies.NO_FALSE_SUCCESS,
    ),
    MIXED: (
        "the parts of one answer are read by statements of their own, and a write came in between",
        remedies.ONE_SNAPSHOT,
    ),
    INVALID: (
        "a repeat works with what an earlier request has left on its session or in memory",
        remedies.OWN_SESSION,
    ),
    NOT_IN_ROW: (
        "answers are made of what a failed attempt has left, and not of what is stored",
        remedies.NO_FALSE_SUCCESS,
    ),
}
"""What the difference alone says of the cause."""


def answer_unlike_calm(case: JudgedRun) -> Diagnosis | None:
    """An answer that reports success without being one, or a refusal that blames the client."""
    finding = case.failed("answer-unlike-calm")
    if finding is None:
        return None
    if finding.code in BY_CODE:
        told, remedy = BY_CODE[finding.code]
        return Diagnosis(f"{told}: {finding.reason}", remedy)
    if got_each_others(case, finding):
        told = "requests that are under way together get each other's answers: results of a batch"
        told += f" are handed out by position, or they share a variable: {finding.reason}"
        return Diagnosis(told, remedies.OWN_ANSWER)
    number = int(finding.figures["unlike"])
    if _statuses(case, finding) and _statuses(case, finding) <= FORBIDDEN:
        told = "rights that could not be read are taken for none: a failed load leaves an empty set"
        return Diagnosis(f"{told}, or an error is answered as a refusal: {finding.reason}",
                         remedies.NO_FALSE_SUCCESS)  # fmt: skip
    told = f"{count(number, 'answer')} hid the outage from the client"
    told = _what_is_missing(case, finding) or told
    return Diagnosis(f"{told}: {finding.reason}{_kept(case, finding)}", remedies.NO_FALSE_SUCCESS)


def _what_is_missing(case: JudgedRun, finding: Finding) -> str:
    """Why an answer is less than it was, if that can be told."""
    if _left_out(case, finding):
        told = (
            "no statement failed, and reads miss rows: they leave out what a write holds, as with"
        )
        return f"{told} SKIP LOCKED, or hide a time-out"
    if finding.code == SHORTENED and _are_texts(case, finding) and _follow_failures(case, finding):
        told = (
            "what a failed attempt has written is kept, as in a file under its final name, and is"
        )
        return f"{told} served as the whole"
    if finding.code == SHORTENED and _are_texts(case, finding):
        told = (
            "an error during an export is hidden: it ends the text as if it was whole, or becomes"
        )
        return f"{told} a line of it"
    return ""


def _left_out(case: JudgedRun, finding: Finding) -> bool:
    """Whether reads show less, or say that there is nothing, where statements only take longer."""
    shown = [op for op in case.evidence.ops if op.id in set(finding.ops)]
    less = finding.code in (SHORTENED, EMPTIED, BLAMED)
    missing = all(op.effect == "read" and (op.good or op.status == MISSING) for op in shown)
    return less and missing and bool(case.effects) and case.effects <= LATER


def _are_texts(case: JudgedRun, finding: Finding) -> bool:
    """Whether all of them are texts, such as CSV, and were sent as a success."""
    shown = [op for op in case.evidence.ops if op.id in set(finding.ops)]
    return all(op.good and (op.content_type or "").startswith("text/") for op in shown)


def _follow_failures(case: JudgedRun, finding: Finding) -> bool:
    """Whether each was given after the same request had failed since the fault."""
    start = case.evidence.first_injected or 0.0
    shown = [op for op in case.evidence.ops if op.id in set(finding.ops)]
    failed = [op for op in case.evidence.ops if op.done >= start and op.is_servers_error]
    return bool(shown) and all(
        any(one.request == op.request and one.done <= op.done for one in failed) for op in shown
    )


def _statuses(case: JudgedRun, finding: Finding) -> set[int | None]:
    """Of the answers that show it."""
    return {op.status for op in case.evidence.ops if op.id in set(finding.ops)}


def _kept(case: JudgedRun, finding: Finding) -> str:
    """Wrong answers to requests that were sent when all was well again."""
    late = {op.id for op in settled(case)}
    number = len(late.intersection(finding.ops))
    what = count(number, "was", "were")
    return f"; {what} given after the heal: a cache keeps what failed" if number else ""
