"""Which requests are sent before the first load of a lab, and what is kept of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core.events import CommitsRead, FamilyCommitted, TransactionCommitted
from squall.lab import writes_in_calm
from squall.lab.seen_in_calm import SeenInCalm
from squall.lab.writes_in_calm import READS, TIMES, WritesInCalm
from squall.testing import VirtualClock
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan

READ = Operation(name="read", method="GET", path="/notes", effect="read", weight=20)
WRITE = Operation(name="write", method="POST", path="/notes", effect="write", body={"a": "{key}"})
OFTEN = Operation(name="often", method="POST", path="/visits", effect="write", weight=40)
FOLLOWS = Operation(name="drop", method="DELETE", path="{path}", effect="write", after="write")
LIMITED = Operation(
    name="code", method="POST", path="/codes", effect="write", least_interval_seconds=1.0
)
SOCKET = Operation(name="chat", method="WEBSOCKET", path="/chat", effect="write")

STATUS: dict[int, int] = {}
"""Of the n-th answer."""
COMMIT = TransactionCommitted(at=1.0, keys={"k": {"insert notes": 1}}, ids={})
FAMILY = FamilyCommitted(at=1.0, parent="notes.id", answered="7", commits={}, alike={})


class FakeRecorder:
    """Takes the place of the reader of the server's log."""

    def __init__(self, _lab: object, _clock: object, log: Any) -> None:
        self._log = log

    async def begin(self) -> None:
        """Nothing to create."""

    async def read(self, _run_id: str, _ops: object) -> None:
        for event in (COMMIT, FAMILY, CommitsRead(at=2.0, transactions=1)):
            self._log(event)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that are sent, by name."""
    found: list[str] = []

    async def one(_session: object, _plan: object, request: Any) -> Any:
        found.append(request.operation.name)
        return SimpleNamespace(id=request.id, key=request.key, status=STATUS.get(len(found)))

    monkeypatch.setattr(writes_in_calm, "_one", one)
    monkeypatch.setattr(writes_in_calm, "CommitRecorder", FakeRecorder)
    return found


def plan_of(*operations: Operation, rate: float = 40.0) -> LoadPlan:
    return LoadPlan(
        base_url="http://127.0.0.1:1", operations=operations, rate_per_second=rate,
        arrivals="jittered", seed=1, run_id="calm", start_at=0.0, max_seconds=1.0,
        timeout_seconds=1.0, refused_statuses=frozenset(),
    )  # fmt: skip


async def look(*operations: Operation, rate: float = 40.0, times: int = 1) -> SeenInCalm:
    calm = SeenInCalm()
    lab = SimpleNamespace(calm=calm)
    for _ in range(times):
        probe = WritesInCalm(cast("Any", lab), VirtualClock())
        await probe.look_before(plan_of(*operations, rate=rate), 1.0)
    return calm


async def test_rare_writes_are_sent_once_for_a_lab_and_what_they_made_is_kept(
    asked: list[str],
) -> None:
    seen = await look(READ, WRITE, OFTEN, FOLLOWS, LIMITED, SOCKET, times=2)
    assert asked == ["read", *["write"] * TIMES, *["read"] * (READS - 1)]
    assert seen.writes is not None
    assert (seen.writes.commits, seen.writes.families) == ((COMMIT,), (FAMILY,))
    assert len({op.key for op in seen.writes.ops}) == TIMES
    assert len({op.id for op in seen.writes.reads}) == READS


async def test_reads_alone_need_no_log_of_commits(asked: list[str]) -> None:
    seen = await look(READ, OFTEN)
    assert asked == ["read"] * READS
    assert seen.writes is not None
    assert (seen.writes.ops, len(seen.writes.reads)) == ((), READS)


async def test_it_ends_when_its_time_is_over(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes_in_calm, "MOST_SECONDS", 0.0)
    await look(READ, WRITE, Operation(name="more", method="PUT", path="/a", effect="write"))
    assert [name for name in asked if name != "read"] == ["write"]


async def test_it_ends_when_the_app_has_had_enough(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STATUS, 4, 429)
    await look(WRITE, OFTEN)
    assert asked == ["write"] * 4


async def test_a_load_with_many_of_each_is_enough(asked: list[str]) -> None:
    seen = await look(READ, WRITE, rate=2000.0)
    assert asked == []
    assert seen.writes is not None
    assert seen.writes.ops == ()
