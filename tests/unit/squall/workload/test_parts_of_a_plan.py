"""Several generators share one plan: together they send what one would have sent."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.errors import UsageError
from squall.workload.load_workers import LoadWorkers, parse_workers
from squall.workload.locust.load_run import LoadRun
from squall.workload.locust.parts import (
    clock_ahead,
    due_in_part,
    on_own_clock,
    plan_of_part,
)
from squall.workload.operations import Operation

WRITE = Operation(
    name="note", method="POST", path="/notes", effect="write", body={"text": "{key}"}, weight=2
)
READ = Operation(name="read", method="GET", path="/notes/{int:1-90}", effect="read")


async def test_three_parts_are_the_whole_at_the_same_times(http: Any) -> None:
    async with http.listening() as server:
        whole, _ = await http.sent(server.url, 30, operations=(WRITE, READ), seed=7)
        parts = [
            await http.sent(server.url, 30, operations=(WRITE, READ), seed=7, part=n, parts=3)
            for n in range(3)
        ]
    together = sorted((op for ops, _ in parts for op in ops), key=lambda op: op.id)
    assert [(op.id, op.request, op.key) for op in together] == [
        (op.id, op.request, op.key) for op in whole
    ]
    for ops, loop in parts:
        assert loop.offered == len(ops) == 10
        first = ops[0].intended - ops[0].id / 100
        assert [op.intended - first for op in ops] == pytest.approx([op.id / 100 for op in ops])


async def test_a_load_spike_is_shared_too(http: Any) -> None:
    """Requests beyond the plan have numbers of their own in each part."""
    async with http.listening() as server:
        done = await asyncio.gather(*(
            http.sent(server.url, 60, behave={"factor": 3.0}, part=n, parts=2) for n in range(2)
        ))  # fmt: skip
    extra = [op.id for ops, _ in done for op in ops if op.extra]
    assert len(extra) == len(set(extra)) > 20  # 120 where the machine is idle
    assert {number % 2 for number in extra} == {0, 1}


def test_the_plan_of_a_part_starts_on_the_workers_clock() -> None:
    own = plan_of_part({"start_at": 10.0, "seed": 1}, 1, 3, 0.5)
    assert own == {"start_at": 10.5, "seed": 1, "part": 1, "parts": 3}


def test_times_come_back_on_the_masters_clock() -> None:
    line = json.dumps({"op": {"intended": 1.5, "sent": 1.6, "done": 1.7, "id": 3}})
    assert on_own_clock(line, 0.0) is line
    moved = json.loads(on_own_clock(line, 0.5))["op"]
    assert moved == {
        "intended": 1.0,
        "sent": pytest.approx(1.1),
        "done": pytest.approx(1.2),
        "id": 3,
    }


def test_the_shortest_round_trip_says_how_far_a_clock_is_ahead() -> None:
    rounds = [(0.0, 100.5, 0.9), (1.0, 101.06, 1.1), (2.0, 102.3, 2.4)]
    assert list(clock_ahead(rounds)) == pytest.approx([100.01, 0.05])


PLAN = {"rate_per_second": 10.0, "seed": 1, "arrivals": "constant", "start_at": 5.0,
        "max_seconds": 100.0}  # fmt: skip


@pytest.mark.parametrize(("part", "due"), [(0, 4), (1, 3), (2, 3)])
def test_what_a_part_owes(part: int, due: int) -> None:
    assert due_in_part(PLAN, part, 3, 6.0) == due


def ended(offered: int, lag: float) -> dict[str, Any]:
    return {"offered": offered, "unsent": 1, "lag_p99_seconds": lag}


def test_the_report_of_workers_that_all_ended() -> None:
    run = LoadRun(PLAN, ["a", "b"])
    run.ended = {0: ended(5, 0.1)}
    complete = [run.complete]
    run.ended[1] = ended(6, 0.3)
    assert [*complete, run.complete] == [False, True]
    assert run.report() == {"offered": 11, "unsent": 2, "lag_p99_seconds": 0.3, "lost": []}


@pytest.mark.parametrize("recorded", [0, 3, 5, 50])
def test_a_lost_worker_always_leaves_a_record_missing(recorded: int) -> None:
    """Also one that had sent everything: what it did last is not known."""
    run = LoadRun(PLAN, ["a", "b"], stop_at=6.0)
    run.ended = {0: {"offered": 5, "unsent": 0, "lag_p99_seconds": 0.0}}
    run.lost = {1: "ended by SIGKILL"}
    run.count(1, recorded)
    report = run.report()
    assert run.complete
    assert report["offered"] > 5 + recorded
    assert report["lost"] == ["b ended by SIGKILL"]


def test_workers_are_a_number_or_hosts() -> None:
    assert parse_workers("3") == LoadWorkers(local=3)
    assert parse_workers("load1, load2") == LoadWorkers(hosts=("load1", "load2"))
    assert parse_workers("load1").start_lines()[0].startswith("load: on load1: python -m squall")
    for wrong in ("0", "65", "a,,b", ""):
        with pytest.raises(UsageError, match="give a number from 1 to 64, or hosts"):
            parse_workers(wrong)


def test_a_plan_is_one_part_of_one() -> None:
    from squall.workload.plan import LoadPlan  # noqa: PLC0415

    plan = LoadPlan(
        base_url="http://127.0.0.1:1", operations=(READ,), rate_per_second=1.0, arrivals="poisson",
        seed=1, run_id="r", start_at=0.0, max_seconds=1.0, timeout_seconds=1.0,
    )  # fmt: skip
    assert all(plan.owns(number) for number in range(9))
    assert not replace(plan, part=1, parts=2).owns(0)
