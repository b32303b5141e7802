"""What is acknowledged, refused or shown, and was not so: causes that look alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import squall_faults as faults
from squall.core import events
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates import (
    one_effect,
    read_your_writes,
    repeats_agree,
    retry_storm,
    second_copy_starts,
)
from squall.gates.availability import AT_ONCE_FIGURE, IDLE, TOO_FEW_READS
from squall.gates.findings import failed, passed
from squall.gates.health_probes import READY_LIED
from squall.gates.no_acknowledged_write_lost import ROW_DELETED, UPDATE_LOST, UPDATE_UNDONE
from squall.gates.verdict import Finding


def outage(key: str) -> list[events.Event]:
    effect = faults.entry(key).effect.value
    return [
        events.FaultInjected(at=1.0, step=0, fault=key, label=key, effect=effect),
        events.FaultHealed(at=2.0, step=0, fault=key, bites=3, what="bites"),
    ]


def cause(evidence: Any, make: Any, key: str, *findings: Finding) -> Any:
    run = evidence([make.op(0), make.op(150), make.op(250)], outage(key))
    return diagnose(run, list(findings))


NEVER = failed("acknowledged-before-commit", "3 never committed", {"early": 0, "never": 3})


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("wire.delay_statement", "an update found no row is not looked at"),
        ("client.repeat", "an update found no row is not looked at"),
        ("wire.error_reply", "an error on the way is hidden, perhaps that of COMMIT"),
        ("database.crash", "an error on the way is hidden, perhaps that of COMMIT"),
    ],
)
def test_where_no_statement_failed_no_error_was_hidden(
    evidence: Any, make: Any, key: str, words: str
) -> None:
    found = cause(evidence, make, key, NEVER)
    assert words in found.reason
    assert found.remedy == remedies.NO_FALSE_SUCCESS


def test_a_default_was_never_stored_either(evidence: Any, make: Any) -> None:
    code = read_your_writes.NEVER_STORED
    shown = failed("read-your-writes", "2 reads showed what no transaction stored", code=code)
    kept = cause(evidence, make, "network.refuse", shown)
    assert "a number is kept in memory" in kept.reason
    unlike = failed("answer-unlike-calm", "51 x .stock is empty", {"unlike": 51})
    default = cause(evidence, make, "network.refuse", shown, unlike)
    assert default.reason.startswith("51 answers hid the outage from the client")


@pytest.mark.parametrize(
    ("key", "words"),
    [("app.crash", "died with the process"), ("wire.error_reply", "an error of the update")],
)
def test_updates_that_are_lost_with_the_process_were_kept_in_memory(
    evidence: Any, make: Any, key: str, words: str
) -> None:
    lost = failed("no-acknowledged-write-lost", "7 updates were never committed", code=UPDATE_LOST)
    assert words in cause(evidence, make, key, lost).reason


def test_a_key_that_stays_noted_is_an_error_paths(evidence: Any, make: Any) -> None:
    code = repeats_agree.REFUSED
    refused = failed("repeats-agree", "2 writes are told each time to come again", code=code)
    found = cause(evidence, make, "client.retry_failed", refused)
    assert found.reason.startswith("an error path keeps the note, or the lock")
    assert found.remedy == remedies.GIVE_BACK


def test_a_start_that_locks_is_no_lack_of_room(evidence: Any, make: Any) -> None:
    code = second_copy_starts.LOCKED_OUT
    locked = failed("second-copy-starts", "requests queued for locks for 1.3 s", code=code)
    assert cause(evidence, make, "app.overlap", locked).remedy == remedies.SHORT_LOCKS


@pytest.mark.parametrize(
    ("key", "told"), [("wire.error_reply", True), ("wire.delay_statement", False)]
)
def test_reads_that_are_refused_while_writes_fail(
    evidence: Any, make: Any, key: str, told: bool
) -> None:
    short = failed("availability", "8% of 49 reads were good", code=TOO_FEW_READS)
    remedy = cause(evidence, make, key, short).remedy
    assert (remedy == remedies.COUNT_OUTAGES) is told


def test_updates_that_are_skipped_without_any_error_were_merged(evidence: Any, make: Any) -> None:
    lost = failed("no-acknowledged-write-lost", "3 updates were lost", code=UPDATE_LOST)
    merged = cause(evidence, make, "client.repeat", lost)
    assert "updates that come together are taken for one" in merged.reason
    swallowed = cause(evidence, make, "wire.error_reply", lost)
    assert "an error of the update is swallowed" in swallowed.reason


def test_a_change_that_was_undone_was_saved_over(evidence: Any, make: Any) -> None:
    told = "4 acknowledged changes of contact.email were undone by set-phone"
    undone = failed("no-acknowledged-write-lost", told, code=UPDATE_UNDONE)
    found = cause(evidence, make, "client.repeat", undone)
    assert (found.reason, found.remedy) == (
        f"{told}: it saves the whole row, as it was when it read it", remedies.OWN_COLUMNS
    )  # fmt: skip


def test_a_repeat_that_is_told_that_it_is_wrong(evidence: Any, make: Any) -> None:
    blamed = failed("repeats-agree", "2 repeats: status 422", code=repeats_agree.BLAMED)
    found = cause(evidence, make, "client.repeat", blamed)
    assert found.reason.startswith("a repeat with its key is not known again")
    assert found.remedy == remedies.IDEMPOTENCY


def test_a_row_that_was_tidied_up_while_it_was_under_way(evidence: Any, make: Any) -> None:
    gone = failed("no-acknowledged-write-lost", "the rows of 3", {"deleted": 3}, code=ROW_DELETED)
    found = cause(evidence, make, "wire.delay_statement", gone)
    assert "a job that tidies up deletes what is still under way" in found.reason


def test_rows_without_their_parent_were_written_elsewhere(evidence: Any, make: Any) -> None:
    alone = failed("one-effect", "2 new rows of lines.invoice", code=one_effect.ORPHANED)
    found = cause(evidence, make, "wire.error_reply", alone)
    assert "in a task that has one of its own" in found.reason
    assert found.remedy == remedies.ONE_TRANSACTION


def test_a_repeat_that_is_looked_up_in_a_failed_transaction(evidence: Any, make: Any) -> None:
    refused = failed("repeats-agree", "10 writes", code=repeats_agree.REFUSED)
    aborted = failed("retry-storm", "56 statements", code=retry_storm.ABORTED)
    kept = cause(evidence, make, "client.repeat", refused)
    assert "keeps the note" in kept.reason
    found = cause(evidence, make, "client.repeat", refused, aborted)
    assert "goes on in the transaction that has failed" in found.reason


@pytest.mark.parametrize(("sessions", "shared"), [(1, True), (2, False)])
def test_one_session_in_which_others_go_on(
    evidence: Any, make: Any, sessions: int, shared: bool
) -> None:
    aborted = failed("retry-storm", "6 statements", code=retry_storm.ABORTED)
    sample = events.BackendsSampled(at=1.2, total=sessions, active=1, idle=0,
                                    idle_in_transaction=0)  # fmt: skip
    ops = [make.op(number, at=1.1, done=1.5) for number in (120, 121)]
    found = diagnose(evidence(ops, [*outage("wire.error_reply"), sample]), [aborted])
    assert found.reason.startswith("all requests share one session (2 at once)") is shared
    assert found.remedy == (remedies.OWN_SESSION if shared else remedies.ROLL_BACK)


def test_updates_and_new_rows_that_were_never_committed(evidence: Any, make: Any) -> None:
    lost = failed("no-acknowledged-write-lost", "2 updates", code=UPDATE_LOST)
    alone = cause(evidence, make, "wire.error_reply", lost)
    both = cause(evidence, make, "wire.error_reply", lost, NEVER)
    assert "or a note stands before the work" in alone.reason
    assert "or COMMIT is sent again when its transaction has ended" in both.reason


def test_reads_that_wait_for_locked_rows(evidence: Any, make: Any) -> None:
    short = failed("availability", "8% of 49 reads were good", code=TOO_FEW_READS)
    found = cause(evidence, make, "database.long_transaction", short)
    assert found.reason.startswith("reads wait for rows that a transaction has locked")


def test_locks_that_more_sessions_want_than_there_are_writes(evidence: Any, make: Any) -> None:
    short = failed("availability", "37% of 123 were good", code=TOO_FEW_READS, in_kind=True)
    lied = failed("health-probes", "readiness said ready", code=READY_LIED)
    found = cause(evidence, make, "database.long_transaction", short, lied)
    assert found.reason.startswith("reads wait for rows that a transaction has locked")
    assert found.remedy == remedies.READ_WITHOUT_LOCKS


@pytest.mark.parametrize("code", [TOO_FEW_READS, IDLE])
def test_a_breaker_that_counts_what_is_no_outage(evidence: Any, make: Any, code: str) -> None:
    """Reads that are refused at once do not wait for locks, though no busy machine excuses them."""
    figures = {AT_ONCE_FIGURE: 28.0} if code == TOO_FEW_READS else {}
    short = failed("availability", "14% of 34", figures, code=code, in_kind=True)
    event = events.FaultInjected(
        at=1.0, step=0, fault="wire.error_reply", label="x", effect="errors"
    )
    found = diagnose(evidence([make.op(0)], [event]), [short])
    assert "a breaker counts" in found.reason
    assert found.remedy == remedies.COUNT_OUTAGES


@pytest.mark.parametrize(("number", "gone"), [(0, True), (150, False)])
def test_what_was_there_before_the_outage_was_committed(
    evidence: Any, make: Any, number: int, gone: bool
) -> None:
    lost = failed("no-acknowledged-write-lost", "3 lost", {"lost": 3})
    found = cause(evidence, make, "database.crash", replace(lost, ops=(number,)))
    assert ("emptied by a crash or a failover (UNLOGGED)" in found.reason) is gone
    assert ("the app answers before it commits" in found.reason) is not gone


def test_totals_that_move_though_each_request_is_whole(evidence: Any, make: Any) -> None:
    moved = failed("conservation", "stock went from 9 to 8")
    whole = passed("one-effect", "30 requests had their effect once", {"requests": 30})
    told = "or what was committed is overwritten later"
    assert told in cause(evidence, make, "network.refuse", moved, whole).reason
    assert told not in cause(evidence, make, "network.refuse", moved).reason


@pytest.mark.parametrize(
    ("fault", "words"),
    [("client.ask_for_nothing", "repeats have no condition"), ("network.reset", "retry storm:")],
)
def test_repeats_of_refusals_are_told_from_those_of_an_outage(
    evidence: Any, make: Any, fault: str, words: str
) -> None:
    event = events.FaultInjected(at=1.0, step=0, fault=fault, label=fault, effect="loads")
    finding = failed("retry-storm", "3 times", code=retry_storm.STATEMENTS)
    assert words in diagnose(evidence([make.op(0)], [event]), [finding]).reason


@pytest.mark.parametrize(
    ("key", "status", "words"),
    [
        ("client.repeat", 404, "its INSERT returns no row"),
        ("client.repeat", 422, "is not known again"),
        ("database.crash", 404, "is not known again"),
    ],
)
def test_repeats_that_are_told_that_their_thing_does_not_exist(
    evidence: Any, make: Any, key: str, status: int, words: str
) -> None:
    blamed = make.write(150, status=status)
    run = evidence([make.op(0), blamed, make.op(250)], outage(key))
    found = failed("repeats-agree", "2 repeats", {}, [blamed], code=repeats_agree.BLAMED)
    told = diagnose(run, [found]).reason
    assert words in told


@pytest.mark.parametrize(("status", "remedy"), [(409, "IDEMPOTENCY"), (503, "UNKNOWN_COMMIT")])
def test_a_conflict_with_its_own_first_attempt_is_told_from_an_unknown_outcome(
    evidence: Any, make: Any, status: int, remedy: str
) -> None:
    ops = [make.op(0), make.op(150, status=status), make.op(250)]
    refused = failed("refused-write-absent", "1 of 1", {"present": 1}, [ops[1]])
    found = diagnose(evidence(ops, outage("wire.cut_after_commit")), [refused])
    assert found.remedy is getattr(remedies, remedy)
    assert ("told of a conflict" in found.reason) == (status == 409)
