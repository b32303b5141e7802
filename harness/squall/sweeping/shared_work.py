"""Work that several labs share: the first one begins at once, the others as soon as they are up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from squall.core.errors import LabError
from squall.sweeping.profile_operation import StatementProfile
from squall.sweeping.tapped_lab import TappedLab

WORTH_SECONDS = 6.0
"""A further lab takes seconds to start; with less work than this it is not started."""

Worker = Callable[[TappedLab, Sequence[StatementProfile]], Coroutine[Any, Any, None]]
MoreLabs = Callable[[Worker], Coroutine[Any, Any, None]]
"""Starts another lab, profiles its app, and lets the worker work there."""


@dataclass(slots=True)
class SharedWork:
    """Lets each lab work until nothing is left."""

    work: Worker
    """Takes from a queue until it is empty."""
    notes: list[str] = field(default_factory=list)
    """Why a further lab was not used."""
    _working: int = 0
    _wanted: Sequence[tuple[str, tuple[str, ...]]] = ()

    async def run(
        self, room: TappedLab, profiles: Sequence[StatementProfile], more: Sequence[MoreLabs]
    ) -> None:
        """Work in this lab, and in others as soon as they are up."""
        self._wanted = _statements(profiles)
        others = [asyncio.create_task(self._elsewhere(one)) for one in more]
        try:
            await self._counted(room, profiles)
            while self._working:
                await asyncio.wait(others, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(others)  # labs that are not up yet are not needed

    async def _elsewhere(self, start: MoreLabs) -> None:
        try:
            await start(self._same)
        except LabError as error:
            self.notes.append(f"a further lab was not used: {str(error).splitlines()[0]}")

    async def _same(self, room: TappedLab, profiles: Sequence[StatementProfile]) -> None:
        """Work there only if a point names the same statement as in the first lab."""
        if _statements(profiles) != self._wanted:
            raise LabError("its operations have other statements than in the first lab")
        await self._counted(room, profiles)

    async def _counted(self, room: TappedLab, profiles: Sequence[StatementProfile]) -> None:
        self._working += 1
        try:
            await self.work(room, profiles)
        finally:
            self._working -= 1


def _statements(profiles: Sequence[StatementProfile]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.operation.name, tuple(x.fingerprint for x in one.steps)) for one in profiles]


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
