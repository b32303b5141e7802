"""What ends connections strikes while there is one, and waits only so long."""

from __future__ import annotations

import pytest
from squall_faults import wait_for_connection as module
from squall_faults.wait_for_connection import wait_for_connection


async def test_who_is_there_is_struck_at_once() -> None:
    asked: list[int] = []

    async def count() -> int:
        asked.append(1)
        return 4

    assert await wait_for_connection(count) == 4
    assert len(asked) == 1


async def test_the_first_that_comes_is_struck() -> None:
    counts = iter([0, 0, 2, 9])

    async def count() -> int:
        return next(counts)

    assert await wait_for_connection(count) == 2


async def test_where_nobody_comes_it_strikes_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.02)

    async def count() -> int:
        return 0

    assert await wait_for_connection(count) == 0
