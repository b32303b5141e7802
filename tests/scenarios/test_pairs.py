"""Pairs: the gate that is meant for a defect fails for the broken app, and holds for its twin."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab
from squall.config.profile import DEFAULT_CONTRACT

pytestmark = pytest.mark.scenario

READ = Operation(name="read-item", method="GET", path="/items/{int:1..100}", effect="read")
REINDEX = replace(READ, name="reindex", path="/items/{int:1..5}/reindex", effect="write")
ADD = Operation(name="add-note", method="POST", path="/notes", effect="write")
COUNT = replace(READ, name="count-notes", path="/notes")
KEYED = replace(ADD, effect="idempotent-write", headers={"Idempotency-Key": "{key}"})
JOB = Operation(name="add-job", method="POST", path="/jobs", effect="write")
JOBS = replace(READ, name="count-jobs", path="/jobs")
EVENTUALLY = {"job_queue": {"jobs": "SELECT count(*) FROM job WHERE NOT done"}}
"""Queries for pending work, of the pairs that have some."""

EVENTS = replace(READ, name="events", path="/events")
SEEN = replace(READ, name="seen", path="/items/{int:1..100}/seen")
SHELF = replace(READ, name="shelf", path="/shelves/{int:1..100}")
TRANSFER = replace(ADD, name="transfer", path="/transfers")
SHARED = replace(READ, name="shared", path="/shared/{int:1..8}")
PAY = replace(ADD, name="pay", path="/payments/{key}", effect="idempotent-write")
TIP = replace(ADD, name="tip", path="/tips", body={"cents": "{int:1..100000}"})
PUT = replace(
    SHELF, name="set-shelf", method="PUT", effect="idempotent-write",
    body={"stock": "{int:1000..9000}"},
)  # fmt: skip
UPDATES = [
    ("early", "callers-want-the-same", "read-your-writes", "fail"),
    ("noted", "callers-retry-what-failed", "no-acknowledged-write-lost", "fail"),
]
"""Of tests/pairs/updates.py."""
FROM_REPORTS = [
    ("parts", "any-statement-cancelled", "one-effect", (TRANSFER, READ)),
    ("shared_entry", "any-statement-cancelled", "recovery-time", (SHARED, READ)),
    ("blind_retry", "commit-reply-lost", "one-effect", (PAY, READ)),
    ("unkeyed_retry", "commit-reply-lost", "one-effect", (TIP, READ)),
]
"""Kinds that a set of pairs showed which was written before the gates were read."""

PAIRS = [
    ("keyed_write", "callers-repeat-at-once", "one-effect", (KEYED, COUNT)),
    ("commit_order", "commit-reply-lost", "acknowledged-before-commit", (ADD, COUNT)),
    ("listener", "database-crash-restart", "background-sessions-return", (READ,)),
    ("advisory_lock", "serialization-failures", "session-leftovers", (READ, REINDEX)),
    ("descriptors", "database-crash-restart", "resources-return", (READ,)),
    ("session_setting", "any-statement-cancelled", "session-leftovers", (READ, SEEN)),
    ("lost_place", "any-statement-cancelled", "capacity-returns", (SHELF,)),
    # Ten seconds for work that is never done, and nine for a poller that does not come back.
    pytest.param(
        "job_queue", "database-crash-restart", "work-is-done", (JOB, JOBS), marks=pytest.mark.proof
    ),
    pytest.param(
        "poller",
        "database-crash-restart",
        "background-sessions-return",
        (READ,),
        marks=pytest.mark.proof,
    ),
    *(pytest.param(*each, marks=pytest.mark.proof) for each in FROM_REPORTS),
    # In the calm before the fault there are fewer payments than are learned from.
    ("blind_retry", "commit-reply-lost", "one-effect", (PAY, replace(READ, weight=7))),
    ("two_pools", "rolling-deploy", "second-copy-starts", (READ,)),
    ("streams", "callers-hold-streams", "availability", (EVENTS, READ)),
    ("password", "statements-cancelled", "no-secret-disclosed", (READ,)),
]


def profile(name: str, twin: str, operations: tuple[Operation, ...]) -> AppProfile:
    return AppProfile(
        name=name, app=f"tests.pairs.{name}:{twin}", factory=True, operations=operations,
        openapi=operations[-1].path.replace("{int:1..100}", "1"), contract=DEFAULT_CONTRACT,
        eventually=EVENTUALLY.get(name, {}),
    )  # fmt: skip


@pytest.fixture(params=["broken", "sound"])
def twin(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("name", "outage", "gate", "operations"), PAIRS)
def test_the_defect_fails_its_gate_and_the_twin_holds_it(
    name: str, outage: str, gate: str, operations: tuple[Operation, ...], twin: str
) -> None:
    held = SyncLab(LabOptions(profile=profile(name, twin, operations), seed=11))
    try:
        run = held.run(outage)
    finally:
        held.close()
    expected = "fail" if twin == "broken" else "pass"
    assert run.finding(gate).verdict == expected, run.findings


@pytest.mark.parametrize(
    ("app", "outage", "gate", "expected"),
    [
        *((f"{name}_broken", *rest) for name, *rest in UPDATES),
        *((f"{name}_sound", outage, gate, "pass") for name, outage, gate, _ in UPDATES),
        # A cache that is behind without a fault is meant to be.
        ("lapsing", "callers-want-the-same", "read-your-writes", "not-judged"),
    ],
)
def test_updates_are_stored_and_shown(app: str, outage: str, gate: str, expected: str) -> None:
    operations = (PUT, SHELF) if outage == "callers-want-the-same" else (PUT, READ)
    held = SyncLab(LabOptions(profile=profile("updates", app, operations), seed=11))
    try:
        run = held.run(outage)
    finally:
        held.close()
    assert run.finding(gate).verdict == expected, run.findings
