"""A mutant whose bulkhead keeps the place of work that ended in a certain way."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from squall_reference.resilience.bulkhead import _Place

from squall_mutants.shared import replace

Kind = type[BaseException] | None


def lose_places(is_lost: Callable[[Kind], bool]) -> None:
    """Give back no place of work that ended with such a kind of error; None: with a result."""
    careful = _Place.__aexit__

    async def leave(
        self: _Place, kind: Kind, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not is_lost(kind):
            await careful(self, kind, error, traceback)

    replace(_Place, "__aexit__", leave)
