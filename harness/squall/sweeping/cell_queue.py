"""The cells of a sweep in the order in which labs take them."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterable, Sequence

from squall.sweeping.cells import WAITS, WHOLE_APP_SECONDS, Cell

MAX_BATCH = 6
"""Cells that wait for the app's own time-out at the same time."""
WAIT_DEADLINES = 1.5
"""How many deadlines a batch takes."""
WHOLE_APP_SHARE = 0.7
CELL_SECONDS = 0.08
"""What another cell takes, roughly. Only decides whether a further lab pays."""


class CellQueue:
    """Work for one or more labs: one cell, or several that can wait at the same time."""

    def __init__(
        self, cells: Sequence[Cell], deadline: float, *, ends: float | None = None, seed: int = 0
    ) -> None:
        """``ends``: the monotonic time after which nothing is handed out. Then the order is drawn,
        so that the part that is run is one of all kinds; cells of the whole app come early.
        """
        self._batch_seconds = deadline * WAIT_DEADLINES
        self._ends = ends
        waiting = [one for one in cells if _can_wait(one)]
        if len(waiting) < 2:  # noqa: PLR2004 - one alone is not a batch
            waiting = []
        alone = [one for one in cells if one not in set(waiting)]
        if ends is not None:
            draw = random.Random(seed)  # noqa: S311 - an order, no secret
            draw.shuffle(waiting)
            alone.sort(key=lambda one: draw.random() * _share_of_time(one))
        batches = [tuple(waiting[n : n + MAX_BATCH]) for n in range(0, len(waiting), MAX_BATCH)]
        singles = [(one,) for one in alone]
        mixed = _spread(batches, singles) if ends is not None else [*batches, *singles]
        self._units: deque[tuple[Cell, ...]] = deque(mixed)
        self.confirmed: set[Cell] = set()
        """Cells that were run before, as part of a batch."""

    @property
    def seconds(self) -> float:
        """What one lab needs for the rest, roughly."""
        return sum(map(self._seconds_of, self._units))

    def _seconds_of(self, unit: tuple[Cell, ...]) -> float:
        if unit[0].operation in WHOLE_APP_SECONDS:
            return WHOLE_APP_SECONDS[unit[0].operation]
        return self._batch_seconds if unit[0].fault in WAITS else CELL_SECONDS

    def take(self) -> tuple[Cell, ...]:
        """The next cells; none when all are taken or the time is over."""
        while self._units and not self._over(self._units[0]):
            return self._units.popleft()
        return ()

    def _over(self, unit: tuple[Cell, ...]) -> bool:
        if self._ends is None:
            return False
        return time.monotonic() + self._seconds_of(unit) > self._ends

    def put_back(self, cells: Iterable[Cell]) -> None:
        """Cells of a batch that must be run alone."""
        for cell in cells:
            self.confirmed.add(cell)
            self._units.append((cell,))


def _share_of_time(cell: Cell) -> float:
    """Within which part of a limited time a cell is drawn: each of the whole app asks much."""
    return WHOLE_APP_SHARE if cell.operation in WHOLE_APP_SECONDS else 1.0


def _can_wait(cell: Cell) -> bool:
    return cell.fault in WAITS and cell.mode == "once" and cell.index >= 0


def _spread(
    few: Sequence[tuple[Cell, ...]], many: Sequence[tuple[Cell, ...]]
) -> list[tuple[Cell, ...]]:
    """The few evenly among the many."""
    step = len(many) / (len(few) + 1)
    placed = [((number + 1) * step, 0, unit) for number, unit in enumerate(few)]
    placed += [(float(number), 1, unit) for number, unit in enumerate(many)]
    return [unit for *_, unit in sorted(placed, key=lambda one: one[:2])]
