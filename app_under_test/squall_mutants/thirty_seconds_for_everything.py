"""Every time-out is left at its usual default: thirty seconds.

Mistake: time-outs are taken from a library's defaults, longer than any caller waits.
Outage: packets vanish; connections look open.
Symptom: callers hang, or leave, long after the promised second; the pool is held by the dead.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings

EXPOSED_BY = ("unreachable-host",)
CAUGHT_BY = ("answered-in-time",)


def create_app() -> FastAPI:
    """The reference app with a deadline of thirty seconds, and all layers below in proportion."""
    return main.create_app(Settings(deadline_seconds=30.0))  # type: ignore[call-arg] # environment
