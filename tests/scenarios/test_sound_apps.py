"""No false alarm: sound apps without redundancy pass, whatever way they hold connections.

Beside them the liar, which differs in one line: it answers success for every error.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from squall import AppProfile, LabOptions, Operation, SyncLab
from squall.config.profile import DEFAULT_CONTRACT

pytestmark = pytest.mark.scenario

SHAPES = ("alchemy_5_10", "alchemy_20_0", "alchemy_40_20", "null_pool", "asyncpg_10", "per_request")
MORE_SHAPES = ("tortoise", "psycopg_pool", "psycopg2_threads")
"""For ``make proof``."""

EVERY_SHAPE = [*SHAPES, *(pytest.param(name, marks=pytest.mark.proof) for name in MORE_SHAPES)]
OUTAGES = ("connection-refused", "silent-network")
MORE_OUTAGES = ("database-crash-restart", "pool-exhausted-by-slow-queries", "sessions-terminated")
"""For ``make proof``."""

EVERY_OUTAGE = [*OUTAGES, *(pytest.param(name, marks=pytest.mark.proof) for name in MORE_OUTAGES)]

OPERATIONS = (
    Operation(name="count-notes", method="GET", path="/notes", effect="read"),
    Operation(
        name="add-note",
        method="POST",
        path="/notes",
        effect="idempotent-write",
        headers={"Idempotency-Key": "{key}"},
    ),
)


SHELVES = (
    Operation(name="list-shelves", method="GET", path="/shelves", effect="read"),
    Operation(name="read-shelf", method="GET", path="/shelves/{int:1..40}", effect="read"),
    Operation(
        name="add-note",
        method="POST",
        path="/shelves/{int:1..40}/notes",
        effect="idempotent-write",
        headers={"Idempotency-Key": "{key}"},
    ),
)


def profile(shape: str) -> AppProfile:
    threads = shape == "psycopg2_threads"
    return AppProfile(
        name=shape,
        app=f"tests.sound_apps.{'threads' if threads else 'notes'}:{shape}",
        factory=True,
        operations=SHELVES if threads else OPERATIONS,
        contract=DEFAULT_CONTRACT,
    )


@pytest.fixture(scope="module", params=EVERY_SHAPE)
def lab(request: pytest.FixtureRequest) -> Iterator[SyncLab]:
    held = SyncLab(LabOptions(profile=profile(request.param), seed=3))
    yield held
    held.close()


@pytest.mark.parametrize("outage", EVERY_OUTAGE)
def test_no_gate_fails_a_sound_app(lab: SyncLab, outage: str) -> None:
    run = lab.run(outage)
    assert run.verdict != "fail", run.diagnosis.reason
    assert run.passed or run.machine_was_busy, run.diagnosis.reason


@pytest.mark.parametrize("outage", OUTAGES[:2])
def test_its_twin_that_lies_fails(outage: str) -> None:
    held = SyncLab(LabOptions(profile=profile("liar"), seed=3))
    try:
        run = held.run(outage)
    finally:
        held.close()
    assert run.finding("answer-unlike-calm").verdict == "fail", run.findings
    assert run.diagnosis.remedy is not None
    assert run.diagnosis.remedy.key == "never-answer-success-for-an-error"
