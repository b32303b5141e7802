"""Causes of sessions, and of places in a pool, that nobody gives back."""

from __future__ import annotations

from squall.diagnosis import remedies
from squall.diagnosis.judged_run import SILENCES, Diagnosis, JudgedRun, count
from squall.diagnosis.rules_after_heal import fails_by_request
from squall.gates import connection_leaks
from squall.gates.capacity_returns import ABANDONED
from squall.gates.verdict import Finding

STARTS = frozenset({"app.crash", "app.terminate"})
"""Faults after which a new process serves: nothing that the old one held is left."""


def leaked_connection(case: JudgedRun) -> Diagnosis | None:
    """Sessions, or places of the pool, that were not returned."""
    lost = case.failed("capacity-returns")
    if lost is not None and (lost.code == ABANDONED or not fails_by_request(case)):
        return _fewer_places(lost)
    finding = case.failed("connection-leaks")
    if finding is None or (SILENCES in case.effects and case.hung):
        return None  # requests still wait on those connections: nobody could give them back
    if finding.code == connection_leaks.ABORTED:
        held = count(int(finding.figures["aborted"]), "connection stays", "connections stay")
        told = f"{held} in a failed transaction: each later statement on them is refused"
        return Diagnosis(told, remedies.ROLL_BACK)
    if finding.code == connection_leaks.IN_TRANSACTION:
        stuck = int(finding.figures["busy_after"])
        held = count(stuck, "connection was", "connections were")
        told = f"{held} never given back: still in a transaction, with nothing asked any more"
        return Diagnosis(told, remedies.GIVE_BACK)
    return _more_sessions(case, finding)


def _fewer_places(finding: Finding) -> Diagnosis:
    """Places that are lost, or that sessions of an earlier pool hold."""
    if finding.code == ABANDONED:
        told = "after an outage the app makes a new pool and leaves the old one open"
        return Diagnosis(f"{told}: {finding.reason}", remedies.LIMIT_POOL)
    return Diagnosis(
        "an error path keeps places of the pool, or a limit that failures lower comes back too"
        f" slowly: {finding.reason}",
        remedies.GIVE_BACK,
    )


def _more_sessions(case: JudgedRun, finding: Finding) -> Diagnosis:
    """More sessions than before, none of them in a transaction."""
    before, after = int(finding.figures["before"]), int(finding.figures["after"])
    if finding.code == connection_leaks.BEYOND_BOUND:
        return Diagnosis(f"the pool grew beyond its bound: {finding.reason}", remedies.LIMIT_POOL)
    told = f"the app holds {after} connections after the outage, {before} before it"
    unused = int(finding.figures.get("unused", after - before))
    told += f", and no longer uses {unused} of them"
    others = case.faults - STARTS
    if case.faults & STARTS and all(fault.startswith("client.") for fault in others):
        told += ": a process that was started under load opens more than one pool, since several"
        return Diagnosis(f"{told} of its first requests each make one", remedies.LIMIT_POOL)
    told += ": errors left them behind"
    return Diagnosis(told, remedies.LIMIT_POOL)
