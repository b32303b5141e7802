"""The effects of one cell, read from the WAL once, and parted by where it ended at certain moments.

begin ── request ── (answered) ── settled ── the same key again ── repeated ── one read
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from squall.lab.wal import RowChange
from squall.sweeping.change_log import ChangeLog
from squall.sweeping.effects import EffectKind
from squall.sweeping.judge_cell import Seen
from squall.sweeping.profile_operation import StatementProfile

KEY = re.compile(r"(?:try|sweep)-[0-9a-f]{8}(?:-\d+)+")
"""What each request of a sweep and of its discovery carries, as far as it may choose a text."""


def is_of_another(change: RowChange, sent: str) -> bool:
    """Whether another request made this row: one that got no answer may be done much later.

    ``sent``: everything that this request says.
    """
    keys = set(KEY.findall(" ".join(str(value) for value in change.new.values())))
    return change.kind == "insert" and bool(keys) and not any(key in sent for key in keys)


@dataclass(slots=True)
class CellEffects:
    """Marks the moments of a cell, then tells what was committed between them."""

    log: ChangeLog | None
    """None if the operation writes nothing, or its effect is not known."""
    _places: list[int] = field(default_factory=list)
    _answered: int = 0
    _settled: int = 0

    @classmethod
    def of(cls, log: ChangeLog | None, profile: StatementProfile) -> CellEffects:
        """For one request of this operation."""
        known = profile.effect is not None and profile.writes
        return cls(log if known else None)

    async def begin(self) -> None:
        """What was committed until now is not of this cell."""
        if self.log is not None:
            self._places.append(await self.log.mark())

    async def answered(self) -> None:
        """The answer is there, and the fault not yet healed."""
        if self.log is not None:
            self._places.append(await self.log.mark())
            self._answered = len(self._places)

    async def settled(self, left_open: str) -> None:
        """The app is idle, so its place was asked for; or it does not become so."""
        if self.log is not None:
            self._places.append(await self.log.mark() if left_open else self.log.place)
            self._settled = len(self._places)

    async def repeated(self, left_open: str) -> None:
        """The same after the key was sent again."""
        if self.log is not None:
            self._places.append(await self.log.mark() if left_open else self.log.place)

    async def complete(self, seen: Seen) -> tuple[Seen, list[RowChange]]:
        """The observations with their effects, and the rows that changed."""
        expected = seen.profile.effect
        if self.log is None or expected is None:
            return seen, []
        sent = f"{seen.answer.request.path} {seen.answer.request.body} {seen.answer.request.key}"
        parts = [
            [one for one in part if not is_of_another(one, sent)]
            for part in await self.log.read_parts(self._places)
        ]

        def until(place: int) -> list[RowChange]:
            return [change for part in parts[1:place] for change in part]

        every = until(len(self._places))
        asked = seen.again is not None
        told = replace(
            seen,
            at_answer=expected.compare(until(self._answered)) if self._answered else seen.at_answer,
            effect=expected.compare(until(self._settled)),
            total=expected.compare(every) if asked else EffectKind.UNKNOWN,
        )
        return told, every
