"""Effects of a cell: what was committed before it, by it, by its repeat, and after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import cast

import pytest
from squall.history.op import Outcome
from squall.lab.wal import RowChange
from squall.sweeping.cell_effects import CellEffects, is_of_another
from squall.sweeping.cells import parse_cell
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.effects import EffectKind
from squall.sweeping.judge_cell import Seen
from squall.workload.operations import PlannedRequest

from tests.sweep.test_cells import profile

ORDERS = profile("orders", "BEGIN", "INSERT", "COMMIT")


class Log:
    """A change log with one commit at each of these places."""

    def __init__(self, *commits: int) -> None:
        self._commits = commits
        self.place = 0
        self.reads = 0

    async def mark(self) -> int:
        await asyncio.sleep(0)
        return self.place

    async def read_parts(self, places: Sequence[int]) -> list[list[RowChange]]:
        await asyncio.sleep(0)
        self.reads += 1
        parts: list[list[RowChange]] = [[] for _ in range(len(places) + 1)]
        for commit in self._commits:
            number = sum(place <= commit for place in places)
            parts[number].append(RowChange("orders", "insert", {}, {"id": "1"}))
        return parts


def seen(*, again: bool = False) -> Seen:
    request = PlannedRequest(
        id=0, operation=ORDERS.operation, key=None, path="/", headers={}, body=None
    )
    answer = ReceivedAnswer(
        request=request, status=201, error=None, headers={}, text=json.dumps({}), sent=0.0,
        done=0.0, outcome=Outcome.APPLIED,
    )  # fmt: skip
    return Seen(
        cell=parse_cell("orders/3/cut_after/once"),
        profile=ORDERS,
        answer=answer,
        again=answer if again else None,
    )


async def completed(log: Log, *, early: int = 0, again: int = 0) -> tuple[Seen, int]:
    """Begin at place 10, be answered at ``early``, settle at 20, repeat at ``again``."""
    effects = CellEffects.of(cast("ChangeLog", log), ORDERS)
    log.place = 10
    await effects.begin()
    if early:
        log.place = early
        await effects.answered()
    log.place = 20
    await effects.settled("")
    if again:
        log.place = again
        await effects.repeated("")
    told, changes = await effects.complete(seen(again=bool(again)))
    return told, len(changes)


async def test_only_what_was_committed_in_between_counts() -> None:
    told, changes = await completed(Log(5, 15, 25))
    assert (told.effect, told.total, changes) == (EffectKind.ONCE, EffectKind.UNKNOWN, 1)
    assert (await completed(Log(5, 25)))[0].effect is EffectKind.NOTHING
    assert (await completed(Log(11, 19)))[0].effect is EffectKind.TWICE


async def test_an_effect_after_the_answer_is_not_there_at_the_answer() -> None:
    told, _ = await completed(Log(15), early=12)
    assert (told.at_answer, told.effect) == (EffectKind.NOTHING, EffectKind.ONCE)
    told, _ = await completed(Log(11), early=12)
    assert (told.at_answer, told.effect) == (EffectKind.ONCE, EffectKind.ONCE)


async def test_a_repeat_counts_for_the_total_alone() -> None:
    told, changes = await completed(Log(15, 25), again=30)
    assert (told.effect, told.total, changes) == (EffectKind.ONCE, EffectKind.TWICE, 2)
    told, _ = await completed(Log(15), again=30)
    assert told.total is EffectKind.ONCE


async def test_one_read_is_enough_and_none_for_what_writes_nothing() -> None:
    log = Log(15)
    await completed(log, early=12, again=30)
    assert log.reads == 1
    reading = CellEffects.of(cast("ChangeLog", log), profile("items", "SELECT 1", writes=False))
    await reading.begin()
    await reading.settled("")
    told, changes = await reading.complete(seen())
    assert (told.effect, changes, log.reads) == (EffectKind.UNKNOWN, [], 1)


@pytest.mark.parametrize(
    ("kind", "text", "another"),
    [
        ("insert", "of sweep-0a1b2c3d-7", False),
        ("insert", "of sweep-0a1b2c3d-6", True),
        ("insert", "of try-0a1b2c3d-13-1", True),
        ("insert", "a worker's row", False),
        ("update", "of sweep-0a1b2c3d-6", False),
    ],
    ids=["own", "an-earlier-one", "discovery", "no-key", "update"],
)
def test_a_row_with_the_key_of_another_request_is_of_that(
    kind: str, text: str, another: bool
) -> None:
    change = RowChange("orders", kind, {}, {"id": "1", "note": text})
    assert is_of_another(change, "/orders {'note': 'of sweep-0a1b2c3d-7'}") is another
