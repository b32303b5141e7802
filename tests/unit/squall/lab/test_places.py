"""The places of a pool are counted by a burst: once for the lab, and after each outage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core.clock import VirtualClock
from squall.history.op import Op
from squall.lab import places
from squall.lab.places import REQUESTS, TRIES, PlacesProbe, count_unserved
from squall.lab.seen_in_calm import SeenInCalm
from squall.workload.plan import LoadPlan

PLAN = LoadPlan(
    base_url="", operations=(), rate_per_second=1, arrivals="constant", seed=1, run_id="r",
    start_at=0, max_seconds=1, timeout_seconds=1,
)  # fmt: skip


class BurstLab:
    """Bursts that find these numbers of working sessions, one after another, the last for good."""

    def __init__(
        self, make: Any, found: Sequence[int], *, limited: bool = False, silent: int = 0,
        ours: bool = True, copies: int = 0,
    ) -> None:  # fmt: skip
        self.copies = copies
        self.silent, self.starts = silent, list[str]()
        self.profile = SimpleNamespace(contract=SimpleNamespace(process_known=ours))
        self.app = self
        self.calm = SeenInCalm()
        self.bursts = 0
        self.can_be_slow = True
        self.workload = self.observer = self
        self._make, self._found, self._limited = make, list(found), limited

    def pids(self) -> list[int]:
        return []

    async def crash(self) -> None:
        self.starts.append("crash")

    async def revive(self) -> None:
        self.starts.append("revive")

    async def ensure_app(self) -> None:
        self.starts.append("ensure")

    async def server_time(self) -> object:
        return 0

    async def start(self, _plan: object) -> None:
        self.bursts += 1

    async def unused_sessions(self, _since: object) -> tuple[int, int]:
        return 20, 20 - (self._found.pop(0) if len(self._found) > 1 else self._found[0])

    async def stop(self, now: float) -> Any:
        ops = [self._make.op(n, at=now - 0.1, done=now + 1) for n in range(REQUESTS)]
        ops[: self.silent] = [replace(op, status=None) for op in ops[: self.silent]]
        copied = [self._make.op(n, at=now - 0.2, copy=True) for n in range(self.copies)]
        ops[: self.copies] = copied
        if self._limited:
            ops[0] = self._make.op(0, at=now - 0.1, status=429)
        return SimpleNamespace(ops=tuple(ops))


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(lab: Any, _stack: object) -> bool:
        return bool(lab.can_be_slow)

    monkeypatch.setattr(places, "slow_down", slow)
    monkeypatch.setattr(places, "burst_plan", lambda *_: PLAN)


async def published(lab: BurstLab, runs: int = 1) -> list[tuple[str, int]]:
    heard: list[Any] = []
    for _ in range(runs):
        probe = PlacesProbe(cast("Any", lab), VirtualClock(), heard.append)
        await probe.look_before(PLAN)
        await probe.look_after(PLAN)
    return [(each.moment, each.places) for each in heard]


async def test_the_better_of_two_counts_is_what_the_app_has(make: Any) -> None:
    lab = BurstLab(make, [11, 15, 15])
    assert await published(lab) == [("before", 15), ("after", 15)]
    assert lab.bursts == 3


async def test_the_count_in_calm_is_made_once_for_a_lab(make: Any) -> None:
    lab = BurstLab(make, [15])
    assert await published(lab, runs=2) == [("before", 15), ("after", 15)] * 2
    assert lab.bursts == 4


async def test_a_count_from_an_earlier_run_is_told_in_this_runs_time(make: Any) -> None:
    """An event from before the run would stretch its time axis."""
    lab, clock, heard = BurstLab(make, [15]), VirtualClock(), list[Any]()
    await PlacesProbe(cast("Any", lab), clock, heard.append).look_before(PLAN)
    await clock.sleep(60)
    await PlacesProbe(cast("Any", lab), clock, heard.append).look_before(PLAN)
    assert heard[1].at >= 60 > heard[0].at


async def test_connections_that_were_cut_get_the_time_to_come_back(make: Any) -> None:
    lab = BurstLab(make, [15, 15, 9, 12, 15])
    assert await published(lab) == [("before", 15), ("after", 15)]


async def test_places_that_stay_away_are_told_with_the_best_count(make: Any) -> None:
    lab = BurstLab(make, [15, 15, 9, 13, 12, 13])
    assert await published(lab) == [("before", 15), ("after", 13)]
    assert lab.bursts == 2 + 2 + TRIES, "the last that was better is the second one"


async def test_places_that_come_back_one_by_one_are_waited_for(make: Any) -> None:
    lab = BurstLab(make, [15, 15, *range(3, 12)])
    assert await published(lab) == [("before", 15), ("after", 11)]
    assert lab.bursts == 2 + 9 + 1, "so many counts at most"


async def test_places_behind_which_copies_are_given_are_counted_again(make: Any) -> None:
    lab = BurstLab(make, [15], copies=45)
    assert await published(lab) == [("before", 15), ("after", 15)]


@pytest.mark.parametrize(("by_writes", "told"), [(12, 12), (2, 2)])
async def test_sessions_that_reads_leave_unused_may_belong_to_writes(
    make: Any, monkeypatch: pytest.MonkeyPatch, by_writes: int, told: int
) -> None:
    lab, heard = BurstLab(make, [15]), list[Any]()
    left = iter([0, 0, 12, by_writes])

    async def unused(_since: object) -> tuple[int, int]:
        return 15 + (many := next(left)), many

    monkeypatch.setattr(lab, "unused_sessions", unused)
    monkeypatch.setattr(places, "burst_plan", lambda plan, *_: plan)
    probe = PlacesProbe(cast("Any", lab), VirtualClock(), heard.append)
    await probe.look_before(PLAN)
    await probe.look_after(PLAN)
    assert (heard[-1].places, heard[-1].unused) == (15, told)


async def test_a_rate_limit_is_no_count(make: Any) -> None:
    assert await published(BurstLab(make, [15], limited=True)) == []


async def test_an_engine_that_slows_nothing_down_counts_nothing(make: Any) -> None:
    lab = BurstLab(make, [15])
    lab.can_be_slow = False
    assert await published(lab) == []
    assert lab.bursts == 0


async def test_an_app_that_the_burst_jams_is_started_again_and_not_counted(make: Any) -> None:
    lab = BurstLab(make, [15], silent=31)
    assert await published(lab, runs=2) == []
    assert (lab.bursts, lab.starts) == (1, ["crash", "revive", "ensure"])
    assert await published(BurstLab(make, [15], silent=30)) == [("before", 15), ("after", 15)]
    foreign = BurstLab(make, [15], silent=31, ours=False)
    assert await published(foreign) == []
    assert foreign.starts == [], "it is not ours to end"


def test_a_request_without_an_answer_or_refused_was_not_served(make: Any) -> None:
    ops: list[Op] = [
        make.op(1, at=1.0, done=1.2),
        make.op(2, at=1.0, done=2.5),
        make.op(3, at=1.0, done=1.1, status=503),
        make.op(4, at=2.1, done=3.0),
    ]
    assert count_unserved(ops, now=2.0) == 2
