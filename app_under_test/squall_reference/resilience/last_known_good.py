"""The last known good answers, for reads that had rather be a little old than fail.

    database answers ─▶ answer, and a copy of it is kept (at most once a second for each key)
    database is out  ─▶ the copy, with Age and Cache-Status (RFC 9111, 5.1; RFC 9211), if it is
                        younger than the bound; else the error

This is stale-if-error (RFC 5861): the copy never saves a healthy database any work, so no caller
sees an old answer while there is a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiocache.base import BaseCache

T = TypeVar("T")

REFRESH_SECONDS = 1.0
MOST = 10_000
"""Copies; callers choose the keys, so their number needs a bound."""


@dataclass(frozen=True, slots=True)
class Copy(Generic[T]):
    """A copy, and its age in seconds."""

    value: T
    age: float
    source: str = "database"

    @property
    def headers(self) -> dict[str, str]:
        """What tells the caller that this is a copy, and how old it is."""
        seconds = int(self.age)
        status = f"orders; hit; ttl=-{seconds}; detail={self.source}-unavailable"
        return {"Age": str(seconds), "Cache-Status": status}


class LastKnownGood(Generic[T]):
    """Copies of answers.

    Args:
        cache: where they are kept; aiocache's memory cache, or a shared one.
        max_age: seconds after which a copy is not an answer any more; 0 keeps none.
        now: the clock, in seconds.
        source: who is out when a copy is given.
    """

    def __init__(
        self,
        cache: BaseCache,
        *,
        max_age: float,
        now: Callable[[], float],
        most: int = MOST,
        source: str = "database",
    ) -> None:
        self._cache = cache
        self._source = source
        self._max_age = max_age
        self._now = now
        self._most = most
        self._kept_at: dict[str, float] = {}
        self.recalled = 0

    def has(self, key: str) -> bool:
        """Whether there is a copy that may be given."""
        kept_at = self._kept_at.get(key)
        return kept_at is not None and self._now() - kept_at < self._max_age

    async def keep(self, key: str, value: T) -> None:
        """Copy an answer, unless its last copy is fresh."""
        now = self._now()
        kept_at = self._kept_at.get(key)
        if kept_at is not None and now - kept_at < REFRESH_SECONDS:
            return
        if self._max_age <= 0 or (kept_at is None and len(self._kept_at) >= self._most):
            return
        self._kept_at[key] = now
        await self._cache.set(key, (now, value), ttl=self._max_age)

    async def recall(self, key: str) -> Copy[T] | None:
        """The copy, if there is one that is young enough."""
        found = await self._cache.get(key)
        if found is None or self._now() - found[0] >= self._max_age:
            self._kept_at.pop(key, None)
            return None
        self.recalled += 1
        return Copy(found[1], self._now() - found[0], self._source)
