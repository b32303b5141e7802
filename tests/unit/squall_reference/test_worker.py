"""The worker's loop: errors do not end it, a signal does, and it never spins."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

from squall_reference.worker import LONGEST_PAUSE, POLL_SECONDS, work


class Batches:
    """Results one after the other; then there is nothing to do."""

    def __init__(self, *results: int | Exception) -> None:
        self._results = list(results)
        self.at: list[float] = []

    async def __call__(self) -> int:
        self.at.append(asyncio.get_running_loop().time())
        result = self._results.pop(0) if self._results else 0
        if isinstance(result, Exception):
            raise result
        return result


def run_for(virtual: Any, seconds: float, *results: int | Exception) -> list[float]:
    async def main() -> list[float]:
        batches, told_to_end = Batches(*results), asyncio.Event()
        working = asyncio.create_task(work(batches, told_to_end))
        await asyncio.sleep(seconds)
        told_to_end.set()
        await working
        return batches.at

    found: list[float] = virtual(main)
    return found


def test_full_batches_follow_at_once_and_empty_ones_after_a_pause(virtual: Any) -> None:
    at = run_for(virtual, 0.25, 50, 50)
    assert [round(one, 6) for one in at] == [0.0, 0.0, 0.0, POLL_SECONDS, 2 * POLL_SECONDS]


def test_errors_are_followed_by_pauses_that_grow_and_have_a_bound(virtual: Any) -> None:
    at = run_for(virtual, 60.0, *(OSError() for _ in range(1000)))
    pauses = [later - earlier for earlier, later in pairwise(at)]
    assert all(POLL_SECONDS <= pause <= POLL_SECONDS + LONGEST_PAUSE + 0.01 for pause in pauses)
    assert 60 / (POLL_SECONDS + LONGEST_PAUSE) <= len(at) < 300


def test_it_works_again_after_an_error(virtual: Any) -> None:
    assert len(run_for(virtual, 2.0, OSError(), 50, 50)) > 4
