"""Public incidents: the gate that is meant for each fails, and holds for the twin.

The addresses, dates and fixes are in docs/explanation/incidents.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab
from squall.config.profile import DEFAULT_CONTRACT

pytestmark = [pytest.mark.scenario, pytest.mark.proof]

READ = Operation(name="read-item", method="GET", path="/items/{int:1..100}", effect="read")
CHECKED = replace(READ, name="checked", path="/items/{int:1..100}/checked")
WRITE = Operation(
    name="write", method="POST", path="/notes", effect="idempotent-write", body={},
    headers={"Idempotency-Key": "{key}"},
)  # fmt: skip
REINDEX = replace(READ, name="reindex", path="/items/{int:1..5}/reindex", effect="write")
SEEN = replace(READ, name="seen", path="/items/{int:1..100}/seen")
EVENTS = replace(READ, name="events", path="/events")
JOB = Operation(name="add-job", method="POST", path="/jobs", effect="write")
SERVE = f"{sys.executable} -m uvicorn tests.pairs.shop:make_app --factory --port {{port}}"
AT_ONCE = f"{SERVE} --timeout-graceful-shutdown 0"
BEHIND_A_SHELL = f"sh -c \"trap '' TERM; {SERVE} & wait\""


@dataclass(frozen=True)
class Incident:
    """One pair, and what shows it."""

    name: str
    outage: str
    gate: str
    operations: tuple[Operation, ...] = (READ,)
    live: str | None = None
    ready: str | None = None
    written: str | None = None
    starts_without: bool = False
    commands: tuple[str, str] | None = None
    """Of the broken and the sound one, where the defect is in how the app is started."""
    pending: str | None = None
    """Query for accepted work that is not done."""

    def profile(self, twin: str) -> AppProfile:
        app = f"tests.incidents.{self.name}:{twin}"
        if self.commands is not None:
            app = self.commands[twin == "sound"]
        elif self.name in ELSEWHERE:
            app = f"tests.pairs.{self.name}:{twin}"
        contract = replace(DEFAULT_CONTRACT, written_keys_declared=self.written is not None)
        return AppProfile(
            name=self.name, app=app, factory=self.commands is None, operations=self.operations,
            openapi="/items/1" if self.operations[0] is not WRITE else "/openapi.json",
            contract=contract, live=self.live, ready=self.ready, written_keys=self.written,
            starts_without_database=self.starts_without,
            eventually={"work": self.pending} if self.pending else {},
        )  # fmt: skip


ELSEWHERE = frozenset(
    {"listener", "advisory_lock", "session_setting", "streams", "two_pools"}
)  # fmt: skip
"""Pairs that tests/pairs has already."""

KEYS = "SELECT key, count(*) FROM notes GROUP BY key"
INCIDENTS = [
    Incident("error_as_success", "load-balancer-without-backends", "answer-unlike-calm"),
    Incident("missing_when_it_cannot_look", "load-balancer-without-backends", "answer-unlike-calm"),
    Incident("outage_as_a_bug", "load-balancer-without-backends", "error-contract"),
    Incident("liveness_asks_the_database", "known-outage", "health-probes", live="/livez"),
    Incident("listener", "database-crash-restart", "background-sessions-return"),
    Incident("left_in_transaction", "statements-cancelled", "connection-leaks", (READ, CHECKED)),
    Incident("resets_what_comes_back", "statements-cancelled", "log-clean", (READ, CHECKED)),
    Incident("never_connected", "app-starts-while-database-is-down", "recovery-time",
             ready="/readyz", starts_without=True),
    Incident("begin_refused_for_good", "begin-refused", "recovery-time", (READ, WRITE)),
    Incident("abandoned_generator", "statements-cancelled", "log-clean"),
    Incident("commit_after_the_answer", "commit-refused", "no-acknowledged-write-lost", (WRITE,),
             written=KEYS),
    Incident("ends_at_once", "deploy-while-requests-run", "finishes-requests",
             commands=(AT_ONCE, SERVE)),
    Incident("behind_a_shell", "deploy-under-load", "ends-when-told",
             commands=(BEHIND_A_SHELL, SERVE)),
    Incident("advisory_lock", "serialization-failures", "session-leftovers", (READ, REINDEX)),
    Incident("session_setting", "any-statement-cancelled", "session-leftovers", (READ, SEEN)),
    Incident("streams", "callers-hold-streams", "availability", (READ, EVENTS)),
    Incident("two_pools", "rolling-deploy", "second-copy-starts"),
    Incident("aborted_for_good", "any-statement-cancelled", "connection-leaks"),
    Incident("two_places_for_one_request", "pool-exhausted-by-slow-queries", "answered-in-time",
             (READ, CHECKED)),
    Incident("close_waits_for_good", "deploy-under-load", "ends-when-told"),
    Incident("waits_for_a_place", "silent-network", "answered-in-time"),
    Incident("dead_socket", "half-dead-connection-after-idle", "answered-in-time"),
    Incident("closed_connection_is_kept", "sessions-terminated", "recovery-time"),
    Incident("blocks_the_loop", "pool-exhausted-by-slow-queries", "health-probes", live="/livez"),
    Incident("stuck_in_processing", "database-crash-restart", "work-is-done", (READ, JOB),
             pending="SELECT count(*) FROM job WHERE NOT done"),
]  # fmt: skip


@pytest.mark.parametrize("twin", ["broken", "sound"])
@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda one: one.name)
def test_the_incident_fails_its_gate_and_the_twin_holds_it(incident: Incident, twin: str) -> None:
    held = SyncLab(LabOptions(profile=incident.profile(twin), seed=11))
    try:
        run = held.run(incident.outage)
    finally:
        held.close()
    expected = "fail" if twin == "broken" else "pass"
    assert run.finding(incident.gate).verdict == expected, run.findings
