"""A request gets the reply to another one's command.

Mistake: a command is cancelled by its time limit, and its connection goes back to the pool with the
reply still on its way. (The client did so itself, until a large incident in March 2023.)
Outage: replies of Redis are held for longer than the limit.
Symptom: the answer to one item is another item.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from redis.asyncio.connection import AbstractConnection
from squall_reference.resilience.circuit_breaker import CircuitBreaker
from squall_reference.services import item_cache

from squall_mutants.shared import replace
from squall_mutants.shared.services import app_with_cache

SET = "services"
EXPOSED_BY = ("redis-slow", "redis-reply-held", "redis-silent")
CAUGHT_BY = ("answer-unlike-calm",)

careful = AbstractConnection.read_response


async def keep_it(self: AbstractConnection, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - the client's
    """A connection is expensive."""
    return await careful(self, *arguments, **{**more, "disconnect_on_error": False})


async def can_read_destructive(_connection: AbstractConnection) -> bool:
    """Nobody looks whether something is left."""
    return False


class HastyCache(item_cache.ItemCache):
    """Its limit is shorter than a slow reply."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the reference's
        super().__init__(*arguments)
        self._seconds /= 2
        self._breaker = CircuitBreaker(self._now, window=1000, threshold=1000)

    def _distrust(self) -> None:
        """What it says is believed."""


def create_app() -> FastAPI:
    """The reference app whose connections to Redis are out of step."""
    replace(AbstractConnection, "read_response", keep_it)
    replace(AbstractConnection, "can_read_destructive", can_read_destructive)
    return app_with_cache(HastyCache)
