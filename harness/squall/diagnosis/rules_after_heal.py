"""Causes of errors and waits that outlast the outage. ``rules.py`` has the order of all rules."""

from __future__ import annotations

import re
from collections import Counter

from squall.core.events import ErrorsLogged
from squall.diagnosis import remedies
from squall.diagnosis.judged_run import CUTS, SILENCES, Diagnosis, JudgedRun, count
from squall.diagnosis.settled_requests import (
    LEAST_OF_ONE,
    asks_for_the_served_alone,
    settled,
    still_copies,
)
from squall.gates.availability import is_short
from squall.gates.recovery_time import OVERTAKEN, STUCK
from squall.history.evidence import Window

CLOSED = (
    r"connection (is|was) closed|ConnectionDoesNotExist|server closed the connection|AdminShutd"
)
SHARED = r"another operation is in progress|PendingRollback|provisioning a new connection"
POOL_RAISES = r"PoolError.{0,20}pool exhausted"
"""Of psycopg2's pool, which never waits."""
POOL_EMPTY = r"QueuePool limit|PoolTimeout|pool.{0,20}exhausted"
NO_WRITES = r"read-only transaction|ReadOnlySQLTransaction|25006"
PREPARED = (
    r"prepared statement .{1,80} (does not exist|already exists)|InvalidSQLStatementName"
    r"|cached statement plan|InvalidCachedStatement"
)
CONFLICT = r"could not serialize|SerializationError|SerializationFailure|deadlock ?detected"
TOO_MANY = r"too ?many ?(clients|connections)|remaining connection slots"
RUSH = "client.load_spike"
FEW_OF_ALL = 4
"""An open breaker refuses all requests; what an error path keeps stops a few."""
AGAIN = 2
"""Times that a request fails on average, before it is said to fail each time."""
FEW = 1.5
"""A pool's dead connections fail once each. More failures per connection have another cause."""

ADD_UP = frozenset({"slows", "errors"})
"""The effects of an outage in which statements are slow, and attempts fail that may be repeated."""

PLACES_KEPT = (
    "requests wait, and nothing is asked of the database: an error path keeps the places of the"
    " pool, a lock or a permit"
)
KNOWN: tuple[tuple[str, str, remedies.Remedy], ...] = (
    (NO_WRITES, "the pool kept connections to a server that takes no writes", remedies.READ_ONLY),
    (PREPARED, "connections were kept whose prepared statements are gone", remedies.PREPARED),
    (SHARED, "requests share one connection or session", remedies.OWN_SESSION),
    (CONFLICT, "transactions that lost a conflict were not run again", remedies.RETRY),
    (TOO_MANY, "the app asked for more connections than the server has", remedies.LIMIT_POOL),
    (
        POOL_RAISES,
        "the pool raises at once when its connections are taken, and no request waits for one",
        remedies.WAIT_FOR_A_PLACE,
    ),
    (POOL_EMPTY, "every connection of the pool was taken", remedies.BOUND_WAITS),
)
"""Messages, what they say, and what helps."""


def known_message(case: JudgedRun) -> tuple[str, remedies.Remedy] | None:
    """What a known message in the log or in an answer says, and the remedy."""
    said = (one for one in KNOWN if case.said(one[0]))
    told = (one for one in said if one[0] != SHARED or not _same_request(case))
    return next(((what, remedy) for _, what, remedy in told), None)


def _same_request(case: JudgedRun) -> bool:
    """Whether sessions were used once more by the request that had lost their connection: none is
    kept, for each of these errors follows another one, and the heal ends them.
    """
    logged = [e for e in case.evidence.events if isinstance(e, ErrorsLogged)]
    lost = sum(e.count for e in logged if re.search(CLOSED, f"{e.exception}: {e.message}"))
    again = sum(e.count for e in logged if re.search(SHARED, f"{e.exception}: {e.message}"))
    return not case.bad_after and 0 < again <= lost


def error_text(case: JudgedRun) -> Diagnosis | None:
    """A known message in the log or in an answer, after the heal or during the outage."""
    bad = case.bad_after or [op for op in case.during if not op.good]
    if not bad or not any(case.failed(gate) for gate in ("recovery-time", "error-contract",
                                                         "availability", "log-clean")):  # fmt: skip
        return None
    known = known_message(case)
    if known is None:
        return None
    when = "after the heal" if case.bad_after else "during the outage"
    return Diagnosis(f"{known[0]}; {count(len(bad), 'request')} failed {when}", known[1])


def silence(case: JudgedRun) -> Diagnosis | None:
    """Waits without a timeout."""
    late = case.late(case.evidence.awaited)
    if case.failed("answered-in-time") is None or not late:
        return None
    limit = case.evidence.contract.deadline_seconds
    after = case.late(case.bad_after)
    told = f"{count(len(late), 'request')} waited longer than {limit:g} s"
    if after and SILENCES not in case.effects and case.asks_nothing:
        return Diagnosis(f"{PLACES_KEPT}; {told}, {len(after)} after the heal", remedies.GIVE_BACK)
    if after and SILENCES in case.effects:
        told = f"the pool kept silent connections; {told}, {len(after)} of them after the heal"
        return Diagnosis(told, remedies.SILENT_CONNECTIONS)
    if case.effects == ADD_UP:
        told += ", though nothing was silent: limits of statements and of attempts add up, and"
        return Diagnosis(f"{told} nothing bounds the whole request", remedies.BOUND_WAITS)
    hung = sum(op.error == "timeout" for op in late)
    never = f" ({hung} never got an answer)" if hung else ""
    return Diagnosis(
        f"{told}{never}: nothing bounds the wait for the database", remedies.BOUND_WAITS
    )


def not_recovered(case: JudgedRun) -> Diagnosis | None:
    """Errors or slow answers after the heal."""
    if case.failed("recovery-time") is None and not short_on_capacity(case, "after"):
        return None
    bad = case.bad_after
    if not bad:
        return _slow_or_copied(case)
    failed = f"{count(len(bad), 'request')} failed after the heal"
    if dead := _dead_connections(case, failed):
        return dead
    if SILENCES in case.effects:
        return _after_silence(case, failed)
    if case.said(CLOSED):
        told = f"the same dead connection was used again and again; {failed}"
        return Diagnosis(told, remedies.DEAD_CONNECTIONS)
    return _went_on_refusing(case, failed)


def _dead_connections(case: JudgedRun, failed: str) -> Diagnosis | None:
    """Connections that were cut stay in the pool, and each costs a request."""
    bad, sessions = case.bad_after, case.sessions
    refusals = sum(op.status == 503 for op in bad)  # noqa: PLR2004 - Service Unavailable
    dead = CUTS in case.effects and (case.said(CLOSED) or len(bad) <= FEW * sessions + 1)
    if dead and refusals < len(bad):
        kept = f"{sessions} dead connections" if sessions else "dead connections"
        return Diagnosis(f"the pool kept {kept}; {failed}", remedies.DEAD_CONNECTIONS)
    if CUTS in case.effects and sessions and len(bad) <= FEW * sessions + 1 < len(case.after):
        told = "requests that met a dead connection were refused, and not run again on another one"
        return Diagnosis(f"{told}; {failed}", remedies.DEAD_CONNECTIONS)
    return None


def _slow_or_copied(case: JudgedRun) -> Diagnosis:
    slow = case.failed("recovery-time")
    if slow is not None and (copies := still_copies(case, slow)):
        return copies
    told = slow.reason if slow is not None else "few good answers after the heal"
    return Diagnosis(f"answers stayed slow after the heal: {told}", remedies.BOUND_WAITS)


def _after_silence(case: JudgedRun, failed: str) -> Diagnosis:
    if case.waits_after and asks_for_the_served_alone(case):
        return Diagnosis(f"{PLACES_KEPT}; {failed}", remedies.GIVE_BACK)
    return Diagnosis(f"the pool kept silent connections; {failed}", remedies.SILENT_CONNECTIONS)


def kept_for_good(case: JudgedRun) -> Diagnosis | None:
    """Some requests are refused for ever, and all others are served; or some fail later, although
    the outage was nothing but statements that failed, so that no connection was lost.
    """
    finding = case.failed("recovery-time")
    if finding is None:
        return None
    some_wait = _some_operations_wait(case)
    some = some_wait or _fail_behind_errors(case) or fails_by_request(case)
    if finding.code != STUCK and not some:
        return None
    told = "an error path keeps what these requests wait for, such as a lock or a shared entry"
    if some_wait:
        told += ", or has ended the task that does their work"
    return Diagnosis(f"{told}: {finding.reason}", remedies.GIVE_BACK)


def waits_in_vain(case: JudgedRun) -> Diagnosis | None:
    """Who waits for the database is not woken when it is back."""
    finding = case.failed("recovery-time")
    if finding is None or finding.code != OVERTAKEN:
        return None
    told = "those who wait for the database are not woken when it is back: one of them is, or the"
    return Diagnosis(f"{told} newest is let in first: {finding.reason}", remedies.TRY_AGAIN_SOON)


def fails_by_request(case: JudgedRun) -> bool:
    """Whether the same requests fail each time, and others of their operation never do: what they
    lack is theirs alone. A place of the pool that is lost may be missed by any request.
    """
    later = [op for op in settled(case) if op.request]
    bad = Counter((op.name, op.request) for op in later if not op.good)
    good = {(op.name, op.request) for op in later if op.good}
    served = {name for name, _ in good}
    return (
        bad.total() >= max(LEAST_OF_ONE, AGAIN * len(bad))
        and not bad.keys() & good
        and all(name in served for name, _ in bad)
    )


def _fail_behind_errors(case: JudgedRun) -> bool:
    later = settled(case)
    bad = sum(not op.good for op in later)
    return case.effects == {"errors"} and 0 < bad * FEW_OF_ALL < len(later)


def _some_operations_wait(case: JudgedRun) -> bool:
    """Whether some operations wait in vain each time, and all others are always served."""
    return _some_operations_fail(case) and case.waits_after and SILENCES not in case.effects


def _some_operations_fail(case: JudgedRun) -> bool:
    """Whether some operations always fail, and all others are always served."""
    later = settled(case)
    bad = Counter(op.name for op in later if not op.good)
    good = Counter(op.name for op in later if op.good)
    apart = not bad.keys() & good.keys() and min(bad.values(), default=0) >= LEAST_OF_ONE
    return apart and good.total() >= 2 * LEAST_OF_ONE


def _went_on_refusing(case: JudgedRun, failed: str) -> Diagnosis:
    if CUTS in case.effects and len(case.bad_after) == len(case.after) and not case.connects_again:
        told = "the app did not connect again: dead connections are kept, or a breaker stays open"
        return Diagnosis(f"{told}; {failed}", remedies.DEAD_CONNECTIONS)
    if _some_operations_fail(case) and not case.waits_after:
        told = "only some operations are refused, and at once: a breaker or a flag of theirs"
        return Diagnosis(f"{told} stays as it was; {failed}", remedies.TRY_AGAIN_SOON)
    if case.asks_nothing and case.waits_after:
        return Diagnosis(f"{PLACES_KEPT}; {failed}", remedies.GIVE_BACK)
    if case.asks_nothing:
        told = "the app refuses without asking the database: a breaker or a flag stays as it was"
        if RUSH in case.faults:
            told += ", or a limit of the rate counts what it refuses"
        return Diagnosis(f"{told}; {failed}", remedies.TRY_AGAIN_SOON)
    last = max(op.done for op in case.bad_after) - (case.evidence.last_healed or 0.0)
    told = f"the app went on refusing for {last:.1f} s when the database was well again; {failed}"
    return Diagnosis(told, remedies.TRY_AGAIN_SOON)


def short_on_capacity(case: JudgedRun, window: Window) -> bool:
    """Whether a window has too few successful answers."""
    finding = case.failed("availability")
    return finding is not None and is_short(finding.figures, window)
