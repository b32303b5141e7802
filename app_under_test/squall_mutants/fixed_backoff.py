"""Waits for the same long time before each repeat.

Mistake: a decorator with a fixed wait, long enough for the longest outage anybody remembers.
Outage: inserts fail with 40001, and the next attempt would succeed at once.
Symptom: nobody is refused, but whoever had to be repeated waits twenty times as long as needed.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.retry import RetryPolicy
from tenacity import RetryCallState

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("response-time",)

WAIT_SECONDS = 0.4


def _wait(_self: RetryPolicy, _state: RetryCallState) -> float:
    """Whatever failed, and however often."""
    return WAIT_SECONDS


def create_app() -> FastAPI:
    """The reference app with a patient retry."""
    replace(RetryPolicy, "_wait", _wait)
    return main.create_app()
