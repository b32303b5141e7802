"""Causes of writes that are lost, duplicated, incomplete, or acknowledged too early."""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import ERRORS, SETTLED_SECONDS, Diagnosis, JudgedRun, count
from squall.diagnosis.rules_of_effects import OVERLAP
from squall.diagnosis.rules_of_waits import is_harmless
from squall.diagnosis.signs_of_writes import (
    pause_before_success,
)
from squall.gates import (
    no_acknowledged_write_lost,
    read_your_writes,
    repeats_agree,
    retry_storm,
)
from squall.gates.verdict import Finding

NOT_FOUND = 404
OF_THE_APP = "app."
"""Faults that end, freeze or replace the app's process."""
OF_A_REPEAT = {
    repeats_agree.CONFLICTING: (
        "a note that it is there is made before the work, and an error does not take it back"
    ),
    repeats_agree.BLAMED: (
        "a repeat with its key is not known again: the key was forgotten, or what it is compared by"
        " differs each time"
    ),
}
"""What the answer to a repeat alone says of the cause."""


def acknowledged_write_lost(case: JudgedRun) -> Diagnosis | None:
    """An acknowledged write is missing, or a read shows what was never stored."""
    finding = case.failed("no-acknowledged-write-lost")
    if finding is None:
        return _shown_otherwise(case)
    if finding.code == no_acknowledged_write_lost.UPDATE_LOST:
        told, remedy = _why_updates_are_lost(case)
    elif finding.code == no_acknowledged_write_lost.UPDATE_UNDONE:
        told, remedy = "it saves the whole row, as it was when it read it", remedies.OWN_COLUMNS
    elif finding.code == no_acknowledged_write_lost.UNDONE_AT_START:
        told = "what it does when it starts, such as a repair or a recount, does not know them"
        remedy = remedies.LEAVE_THE_OLD_ONE
    elif finding.code == no_acknowledged_write_lost.ROW_DELETED:
        told = "a job that tidies up deletes what is still under way, and the last step does not"
        told, remedy = f"{told} look whether its row was there", remedies.NO_FALSE_SUCCESS
    else:
        lost = count(int(finding.figures["lost"]), "write was", "writes were")
        told = f"{lost} acknowledged and not in the database{_why_gone(case, finding)}"
        return Diagnosis(told, remedies.COMMIT_FIRST)
    return Diagnosis(f"{finding.reason}: {told}", remedy)


def _why_updates_are_lost(case: JudgedRun) -> tuple[str, remedies.Remedy]:
    """What an acknowledged update that was never committed points to."""
    if any(fault.startswith(OF_THE_APP) for fault in case.faults):
        told = "success is answered from memory, and what was not written died with the process"
        return told, remedies.COMMIT_FIRST
    told = "an error of the update is swallowed, or a note stands before the work"
    if is_harmless(case):
        told = "no statement failed: updates that come together are taken for one, and success is"
        told += " answered for those that are skipped"
    elif case.effects == ERRORS and (never := case.failed("acknowledged-before-commit")):
        told = _how_errors_are_hidden(case, never)
    return told, remedies.NO_FALSE_SUCCESS


def _how_errors_are_hidden(case: JudgedRun, never: Finding) -> str:
    """Success was answered for what was never committed, when statements failed."""
    again = "COMMIT is sent again when its transaction has ended, and there is nothing to commit"
    swallowed = "an error of a statement or of COMMIT is swallowed"
    paused = pause_before_success(case, never)
    if not paused:
        return f"{swallowed}, or {again}"
    later = f"the answers came {paused * 1000:.0f} ms later than without the fault"
    return f"{again}: {later}, as after a pause; or {swallowed}"


def _why_gone(case: JudgedRun, finding: Finding) -> str:
    """What was acknowledged long before the outage was there, and is gone."""
    start, lost = case.evidence.bounds("before")[1], set(finding.ops)
    old = any(op.id in lost and op.done < start - SETTLED_SECONDS for op in case.evidence.ops)
    if not old:
        return ": the app answers before it commits"
    told = ", also of those from before the outage: their table is emptied by a crash or a failover"
    return f"{told} (UNLOGGED), or at a start"


def _shown_otherwise(case: JudgedRun) -> Diagnosis | None:
    """A read that does not show what was written."""
    finding = case.failed("read-your-writes")
    if finding is None:
        return None
    if finding.code == read_your_writes.NEVER_STORED:
        if case.failed("answer-unlike-calm") is not None:
            return None  # a default for what is not known was never stored, either
        told = "a number is kept in memory, and an error takes nothing back"
        return Diagnosis(f"{finding.reason}: {told}", remedies.NO_FALSE_SUCCESS)
    if finding.code == read_your_writes.STALE:
        told = (
            "a cache was emptied before COMMIT, filled by a read that had begun before, or was not"
        )
        told += " told of what changed in the outage"
        return Diagnosis(f"{finding.reason}: {told}")
    if finding.code == read_your_writes.LOST_FROM_SIGHT:
        return Diagnosis(f"{finding.reason}: {_why_lost(case)}", remedies.NO_FALSE_SUCCESS)
    number = int(finding.figures["missing"])
    told = f"{count(number, 'write')} could not be read right after the acknowledgement"
    return Diagnosis(told + ": the app answers before it commits", remedies.COMMIT_FIRST)


def _why_lost(case: JudgedRun) -> str:
    if OVERLAP in case.faults:
        told = "what one process has written, another one takes for what cannot be"
        return f"{told}: a number, a set or a cache is known to one process only"
    return "they were known to the process that is gone, or a cache says that they are not there"


def acknowledged_before_commit(case: JudgedRun) -> Diagnosis | None:
    """Success was answered before the COMMIT, or without one.

    If no COMMIT followed, and other answers hide the outage as well, the cause is false success.
    """
    finding = case.failed("acknowledged-before-commit")
    if finding is None:
        return None
    if not finding.figures["early"] and case.failed("answer-unlike-calm") is not None:
        return None
    if finding.figures["early"]:
        told = f"the app answers before it commits: {finding.reason}"
        return Diagnosis(told, remedies.COMMIT_FIRST)
    if is_harmless(case):
        told = "success is answered for what changed nothing, though no statement failed: that an"
        told += f" update found no row is not looked at: {finding.reason}"
        return Diagnosis(told, remedies.NO_FALSE_SUCCESS)
    if case.effects == ERRORS and pause_before_success(case, finding):
        told = f"{_how_errors_are_hidden(case, finding)}: {finding.reason}"
        return Diagnosis(told, remedies.NO_FALSE_SUCCESS)
    told = "success is answered for what is never committed: an error on the way is hidden, perhaps"
    told += f" that of COMMIT, or the answer does not wait for COMMIT: {finding.reason}"
    return Diagnosis(told, remedies.NO_FALSE_SUCCESS)


def repeat_answered_otherwise(case: JudgedRun) -> Diagnosis | None:
    """Two requests with one key got different answers."""
    finding = case.failed("repeats-agree")
    if finding is None:
        return None
    if finding.code == repeats_agree.MIXED_UP:
        told = f"{finding.reason}: requests share a variable, or a connection that is out of step"
        return Diagnosis(told)
    if finding.code == repeats_agree.REFUSED:
        storm = case.failed("retry-storm")
        if storm is not None and storm.code == retry_storm.ABORTED:
            return None  # a repeat is refused, because it is looked up in what has failed
        told = "an error path keeps the note, or the lock, that says that a key is under way"
        return Diagnosis(f"{told}: {finding.reason}", remedies.GIVE_BACK)
    told = f"{OF_A_REPEAT[finding.code]}: " if finding.code in OF_A_REPEAT else ""
    if finding.code == repeats_agree.BLAMED and _is_not_found(case, finding):
        told = "its key is there, so that its INSERT returns no row (ON CONFLICT DO NOTHING), and"
        told += " that is taken for a thing that does not exist: "
    return Diagnosis(f"{told}{finding.reason}", remedies.IDEMPOTENCY)


def duplicate_write(case: JudgedRun) -> Diagnosis | None:
    """A write was repeated although it had been applied."""
    finding = case.failed("no-duplicate")
    if finding is None:
        return None
    number = int(finding.figures["duplicated"])
    told = f"{count(number, 'request')} wrote more than once: a write whose answer was lost"
    return Diagnosis(f"{told} was repeated without a key that tells so", remedies.IDEMPOTENCY)


def _is_not_found(case: JudgedRun, finding: Finding) -> bool:
    """Whether repeats get 404, though nothing has failed in which a key could be forgotten."""
    shown = {op.status for op in case.evidence.ops if op.id in set(finding.ops)}
    return is_harmless(case) and shown == {NOT_FOUND}
