"""A chunk of 256 KiB in pieces of one byte: bounded memory, and others have their turn between."""

from __future__ import annotations

import asyncio
import random
import tracemalloc
from dataclasses import dataclass

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.slicer import SlicerStage

SIZE = 262_144
MEMORY_BYTES = 1 << 20
"""One object for each piece would take more than ten times as much."""


@dataclass
class Following:
    """What follows the slicer: it takes a number of pieces, and is full then."""

    room: int
    full: bool = False

    def feed(self, chunk: Chunk) -> None:
        assert len(chunk.data) == 1
        self.room -= 1
        self.full = self.room <= 0

    def finish(self, _end: object) -> None:
        """Nothing ends here."""


class Connection:
    """It is neither closed nor reset."""

    def close(self) -> None:
        raise AssertionError

    def reset(self) -> None:
        raise AssertionError


async def test_pieces_are_made_when_they_go_and_the_loop_is_not_held_up() -> None:
    attributes = {"average_size": 1, "size_variation": 0, "delay": 0}
    stage = SlicerStage(Connection(), attributes, random.Random(1))  # noqa: S311 - repeatable
    stage.next = following = Following(room=20_000)
    data = bytes(SIZE)
    tracemalloc.start()
    stage.feed(Chunk(data, 0.0))
    assert following.room > 0, "the rest waits for its turn: others are served between"
    turns = 0
    while not following.full:
        await asyncio.sleep(0)
        turns += 1
        assert turns < 100_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY_BYTES
    assert turns > 10
    assert stage.held == SIZE - 20_000
    stage.stop()
