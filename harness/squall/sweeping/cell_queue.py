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


Unit = tuple[Cell, ...]


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
        together = set(waiting)
        alone = [one for one in cells if one not in together]
        waiting = _by_turns(waiting)
        if ends is not None:
            draw = random.Random(seed)  # noqa: S311 - an order, no secret
            draw.shuffle(waiting)
            alone.sort(key=lambda one: draw.random() * _share_of_time(one))
        singles = [(one,) for one in alone]
        self._units = deque(self._mix(_batches(waiting, MAX_BATCH), singles))
        self.confirmed: set[Cell] = set()
        """Cells that were run before, as part of a batch."""
        self._places = 0

    def _mix(self, batches: Sequence[Unit], singles: Sequence[Unit]) -> list[Unit]:
        return [*batches, *singles] if self._ends is None else _spread(batches, singles)

    @property
    def seconds(self) -> float:
        """What one lab needs for the rest, roughly."""
        return sum(map(self._seconds_of, self._units))

    def _seconds_of(self, unit: Unit) -> float:
        if unit[0].operation in WHOLE_APP_SECONDS:
            return WHOLE_APP_SECONDS[unit[0].operation]
        return self._batch_seconds if unit[0].fault in WAITS else CELL_SECONDS

    def take(self) -> Unit:
        """The next cells; none when all are taken or the time is over."""
        if not self._units or self._over(self._units[0]):
            return ()
        return self._units.popleft()

    def _over(self, unit: Unit) -> bool:
        if self._ends is None:
            return False
        return time.monotonic() + self._seconds_of(unit) > self._ends

    def shrink_batches(self, size: int, *, left: Sequence[Cell]) -> None:
        """No more than this were served at the same time, so ``left`` were not sent. The most that
        ever were is what the app can: sometimes requests wait for one row, not for a session.
        """
        self._places = min(MAX_BATCH, max(1, self._places, size))
        together = [*left, *(one for unit in self._units if len(unit) > 1 for one in unit)]
        singles = [unit for unit in self._units if len(unit) == 1]
        self._units = deque(self._mix(_batches(together, self._places), singles))

    def put_back(self, cells: Iterable[Cell]) -> None:
        """Cells of a batch that must be run alone."""
        for cell in cells:
            self.confirmed.add(cell)
            self._units.append((cell,))


def _batches(cells: Sequence[Cell], size: int) -> list[Unit]:
    return [tuple(cells[n : n + size]) for n in range(0, len(cells), size)]


def _share_of_time(cell: Cell) -> float:
    """Within which part of a limited time a cell is drawn: each of the whole app asks much."""
    return WHOLE_APP_SHARE if cell.operation in WHOLE_APP_SECONDS else 1.0


def _can_wait(cell: Cell) -> bool:
    return cell.fault in WAITS and cell.mode == "once" and cell.index >= 0


def _by_turns(cells: Sequence[Cell]) -> list[Cell]:
    """One of each operation after another: those of one operation may wait for the same row."""
    turns: dict[str, int] = {}
    placed = []
    for cell in cells:
        turns[cell.operation] = turns.get(cell.operation, 0) + 1
        placed.append((turns[cell.operation], cell))
    return [cell for _, cell in sorted(placed, key=lambda one: one[0])]


def _spread(few: Sequence[Unit], many: Sequence[Unit]) -> list[Unit]:
    """The few evenly among the many."""
    step = len(many) / (len(few) + 1)
    placed = [((number + 1) * step, 0, unit) for number, unit in enumerate(few)]
    placed += [(float(number), 1, unit) for number, unit in enumerate(many)]
    return [unit for *_, unit in sorted(placed, key=lambda one: one[:2])]
