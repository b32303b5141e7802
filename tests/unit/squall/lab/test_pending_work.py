"""Pending work is looked at until it is done, or the patience is over."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core import events
from squall.core.clock import VirtualClock
from squall.lab.pending_work import MIN_PATIENCE_SECONDS, PendingWork


class Database:
    """The next numbers of each query, the last for good; counts how often it was asked."""

    def __init__(self, **numbers: list[int]) -> None:
        self._numbers = numbers
        self.asked = 0

    async def totals(self, queries: Mapping[str, str]) -> dict[str, int]:
        assert set(queries) == set(self._numbers)
        self.asked += 1
        return {
            name: each.pop(0) if len(each) > 1 else each[0] for name, each in self._numbers.items()
        }


async def looked(database: Database, *, deadline: float = 1.0) -> tuple[list[Any], float]:
    """What is published, and how long it took."""
    clock, published = VirtualClock(), list[events.Event]()
    profile = SimpleNamespace(
        eventually=dict.fromkeys(database._numbers, "SELECT"),
        contract=SimpleNamespace(deadline_seconds=deadline),
    )
    lab = SimpleNamespace(profile=profile, observer=database)
    work = PendingWork(cast("Any", lab), clock, published.append)
    await work.look_before()
    await work.look_after()
    return published, clock.now()


async def test_work_that_gets_done_is_waited_for() -> None:
    published, took = await looked(Database(jobs=[0, 9, 5, 0]))
    assert [(one.work, one.before, one.after) for one in published] == [("jobs", 0, 0)]
    assert took == pytest.approx(0.2)


async def test_work_of_earlier_requests_is_not_usual() -> None:
    published, _ = await looked(Database(jobs=[2, 1, 0, 9, 1, 0]))
    assert [(one.before, one.after) for one in published] == [(0, 0)]


async def test_work_that_stays_in_calm_is_usual() -> None:
    published, _ = await looked(Database(jobs=[2]))
    assert [(one.before, one.after) for one in published] == [(2, 2)]


async def test_every_kind_must_be_done() -> None:
    published, _ = await looked(Database(jobs=[0, 0], mails=[0, 4, 3, 0]))
    assert [(one.work, one.after) for one in published] == [("jobs", 0), ("mails", 0)]


@pytest.mark.parametrize(
    ("deadline", "patience"), [(1.0, MIN_PATIENCE_SECONDS), (5.0, 15.0)], ids=["least", "deadlines"]
)
async def test_what_stays_is_told_when_the_patience_is_over(
    deadline: float, patience: float
) -> None:
    published, took = await looked(Database(jobs=[0, 3]), deadline=deadline)
    assert [(one.work, one.before, one.after) for one in published] == [("jobs", 0, 3)]
    assert patience < took < patience + 0.3


async def test_nothing_declared_is_nothing_asked() -> None:
    database = Database()
    assert await looked(database) == ([], 0.0)
    assert database.asked == 1
