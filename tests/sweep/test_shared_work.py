"""Several labs share one queue; a lab whose app sends other statements takes no part."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.sweeping.shared_work import MoreLabs, SharedWork, Worker
from squall.sweeping.tapped_lab import TappedLab
from squall.workload.operations import Operation

FIRST, SECOND = cast("TappedLab", "first"), cast("TappedLab", "second")


def profile(sql: str) -> StatementProfile:
    return StatementProfile(
        operation=Operation(name="sell", method="POST", path="/", effect="write"),
        steps=(ProfiledStatement(sql, "I", sql, has_rows=False),),
        effect=None,
        answers=(),
        seconds=0.0,
    )


def another(sql: str) -> MoreLabs:
    async def start(work: Worker) -> None:
        await work(SECOND, [profile(sql)])

    return start


async def shared(more: Sequence[MoreLabs]) -> tuple[list[object], list[str]]:
    queue = list(range(6))
    who: list[object] = []

    async def work(room: TappedLab, _profiles: Sequence[StatementProfile]) -> None:
        while queue:
            queue.pop()
            who.append(room)
            await asyncio.sleep(0)

    run = SharedWork(work)
    await run.run(FIRST, [profile("COMMIT")], more)
    return who, run.notes


async def test_all_labs_take_from_one_queue() -> None:
    who, notes = await shared([another("COMMIT")])
    assert sorted(map(str, who)) == ["first"] * 3 + ["second"] * 3
    assert notes == []


async def test_a_point_names_the_same_statement_in_each_lab() -> None:
    who, notes = await shared([another("ROLLBACK")])
    assert who == [FIRST] * 6
    assert notes == [
        "a further lab was not used: its operations have other statements than in the first lab"
    ]


async def test_an_error_in_another_lab_is_not_lost() -> None:
    async def start(_work: Worker) -> None:
        raise RuntimeError("a defect of the harness")

    with pytest.raises(RuntimeError, match="a defect"):
        await shared([start])
