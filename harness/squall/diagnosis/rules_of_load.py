"""Causes of load on the database, or on an upstream, that the clients did not ask for, or that one
statement would do.
"""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import ERRORS, Diagnosis, JudgedRun
from squall.gates import retry_storm as storm
from squall.gates.availability import AT_ONCE_FIGURE, IDLE, TOO_FEW_READS, TOO_FEW_WRITES
from squall.gates.response_time import MANY_TRIPS

BESIDE = (TOO_FEW_READS, TOO_FEW_WRITES)
FOR_NOTHING = "client.ask_for_nothing"
LOCKED_ROWS = "database.long_transaction"
AS_ALWAYS = 0.5
"""Connections per request. An app that opens this many without a fault does not retry."""

IN_VAIN = {
    storm.ABORTED: (
        "after an error the app goes on in the transaction that has failed", remedies.ROLL_BACK,
    ),
    storm.LOGINS: (
        "a login that the server refuses is tried again and again, though it cannot succeed",
        remedies.RETRY_BUDGET,
    ),
}  # fmt: skip
"""By the code of the finding: what cannot succeed, and is repeated."""


def asks_row_by_row(case: JudgedRun) -> Diagnosis | None:
    """One statement for each row of a list: the network's latency counts for each of them."""
    finding = case.failed("response-time")
    if finding is None or finding.code != MANY_TRIPS:
        return None
    told = "an operation asks the database again for each row of a list"
    return Diagnosis(f"{told}: {finding.reason}", remedies.ASK_ONCE)


def retry_storm(case: JudgedRun) -> Diagnosis | None:
    """More database load than the clients caused, or more than is acceptable at any time."""
    finding = case.failed("retry-storm")
    if finding is None:
        return None
    if finding.code == storm.ABORTED and case.most_sessions == 1 < case.most_at_once:
        told = f"all requests share one session ({case.most_at_once} at once): when a statement of"
        told += f" one fails, the others go on in its transaction: {finding.reason}"
        return Diagnosis(told, remedies.OWN_SESSION)
    if finding.code in IN_VAIN:
        told, remedy = IN_VAIN[finding.code]
        return Diagnosis(f"{told}: {finding.reason}", remedy)
    if case.faults == {FOR_NOTHING}:
        told = (
            "what is refused rightly (404, 409) is tried again and again: repeats have no condition"
        )
        return Diagnosis(f"{told}: {finding.reason}", remedies.RETRY)
    each, usual = (finding.figures.get(f"connections_each{when}", 0) for when in ("", "_before"))
    if finding.code == storm.CONNECTIONS and usual > each * AS_ALWAYS:
        told = f"requests open connections of their own ({usual:.2f} each before the outage"
        return Diagnosis(f"{told}, {each:.2f} since): {finding.reason}", remedies.POOL)
    return Diagnosis(f"retry storm: {finding.reason}", remedies.RETRY_BUDGET)


def upstream_retry_storm(case: JudgedRun) -> Diagnosis | None:
    """More load on an HTTP upstream than the clients caused."""
    finding = case.failed("upstream-retry-storm")
    if finding is None:
        return None
    return Diagnosis(f"retry storm: {finding.reason}", remedies.RETRY_BUDGET)


def reads_wait_for_locks(case: JudgedRun) -> Diagnosis | None:
    """More sessions wait for locks than writes are under way: the rest are those of reads."""
    finding = case.failed("availability")
    if finding is None or not finding.in_kind:
        return None
    if finding.code == IDLE or AT_ONCE_FIGURE in finding.figures:
        return None
    told = "reads wait for rows that a transaction has locked, as with FOR UPDATE"
    return Diagnosis(f"{told}: {finding.reason}", remedies.READ_WITHOUT_LOCKS)


def refused_beside(case: JudgedRun) -> Diagnosis | None:
    """Single statements were answered with errors at once, and requests without them fail, too."""
    finding = case.failed("availability")
    if finding is not None and finding.code == IDLE:
        told = "places stand idle while requests are refused: a breaker counts its own refusals"
        return Diagnosis(f"{told}; {finding.reason}", remedies.COUNT_OUTAGES)
    if finding is None or finding.code not in BESIDE:
        return None
    if case.faults == {LOCKED_ROWS} and finding.code == TOO_FEW_READS:
        told = (
            "reads wait for rows that a transaction has locked, as with FOR UPDATE, or for places"
        )
        return Diagnosis(f"{told} that waiting writes have taken: {finding.reason}",
                         remedies.BOUND_WAITS)  # fmt: skip
    if case.effects != ERRORS:
        return None
    told = "what this fault does not concern is refused: a breaker counts errors that are no"
    told += " outage, or repeats of what fails take all places"
    return Diagnosis(f"{told}; {finding.reason}", remedies.COUNT_OUTAGES)
