"""Any error of a read empties the cache of copies.

Mistake: "something may be wrong with the cache".
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: the fallback is away when it is needed.
"""

from __future__ import annotations

from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import Copy, LastKnownGood

from squall_mutants.shared import replace

T = TypeVar("T")

EXPOSED_BY = ("known-outage",)
SET = "fourth"


async def recall(self: LastKnownGood[T], _key: str) -> Copy[T] | None:
    """Begin again without copies."""
    self._kept_at.clear()
    await self._cache.clear()
    return None


def create_app() -> FastAPI:
    """The reference app that forgets all copies."""
    replace(LastKnownGood, "recall", recall)
    return main.create_app()
