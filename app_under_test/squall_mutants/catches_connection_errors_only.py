"""Only a lost connection to Redis is expected.

Mistake: ``except ConnectionError``, but a time-out, READONLY and OOM are other classes.
Outage: Redis refuses commands that need memory, or is a replica now.
Symptom: status 500 for what could be read, because it could not be cached.
"""

from __future__ import annotations

from fastapi import FastAPI
from redis.exceptions import ConnectionError as RedisConnectionError
from squall_reference import main
from squall_reference.services import item_cache

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("redis-read-only", "redis-out-of-memory", "redis-silent")
CAUGHT_BY = ("error-contract",)


def create_app() -> FastAPI:
    """The reference app that knows one class of errors."""
    replace(item_cache, "_errors", lambda: (RedisConnectionError,))
    return main.create_app()
