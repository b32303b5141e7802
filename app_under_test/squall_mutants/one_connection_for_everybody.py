"""One connection, shared by everybody in turn.

Mistake: a module-level connection, or one that is cached, behind a lock.
Outage: the network is 60 ms slower.
Symptom: whatever the machine can do, requests are served one at a time; the queue grows at once.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings

EXPOSED_BY = ("slow-network",)
CAUGHT_BY = ("availability",)


def create_app() -> FastAPI:
    """The reference app with a pool of one."""
    return main.create_app(Settings(pool_size=1))  # type: ignore[call-arg] # environment
