"""Writes that the server refuses as read-only (25006), though nothing has made it so.

    read, repeated    SET default_transaction_read_only = on      its session goes back to the pool
    write, later      INSERT …  ✗ 25006              on another session it would have been taken

Who meets it may throw the session away, so that nothing is left to be seen at the end.
"""

from __future__ import annotations

from squall.core.counting import counted
from squall.core.events import StatementsRefused
from squall.core.server_events import READ_ONLY
from squall.gates.findings import failed
from squall.gates.verdict import Finding
from squall.history.evidence import Evidence

LEFT = "session-left-read-only"
MAKE_READ_ONLY = frozenset({"database.read_only", "database.failover"})
"""Faults after which a server takes no writes."""


def left_read_only(gate: str, evidence: Evidence) -> Finding | None:
    """A failure if the server refused writes so in this run, and never without a fault."""
    refused = [
        event for event in evidence.events
        if isinstance(event, StatementsRefused) and event.why == READ_ONLY
    ]  # fmt: skip
    if not refused or refused[-1].before or not refused[-1].during:
        return None
    if evidence.fault_keys & MAKE_READ_ONLY:
        return None
    many = refused[-1].during
    told = (
        f"the server refused {counted(many, 'statements')} in a read-only transaction (25006),"
        " which no fault has caused: an earlier request left its session read-only"
    )
    return failed(gate, told, {"refused": many}, code=LEFT)
