"""The client of Redis repeats what failed, by itself.

Mistake: the library's default policy of repeats, with pauses of seconds, is left as it is.
Outage: connections to Redis are refused for longer than half a second.
Symptom: answers come late, though an error was there at once.
"""

from __future__ import annotations

from fastapi import FastAPI
from redis.asyncio import Redis

from squall_mutants.shared.services import app_with_cache
from squall_mutants.waits_for_the_cache import PatientCache

SET = "services"
EXPOSED_BY = ("redis-refused", "redis-unreachable")
CAUGHT_BY = ("answered-in-time",)


def as_it_comes(url: str, _seconds: float) -> Redis:
    """The client's defaults."""
    return Redis.from_url(url)


def create_app() -> FastAPI:
    """The reference app with a client that repeats."""
    return app_with_cache(PatientCache, client=as_it_comes)
