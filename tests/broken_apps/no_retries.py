"""Retries removed: every connection that died while idle costs a caller an error."""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.retry import RetryPolicy


def create_app() -> FastAPI:
    """The reference app that gives up at the first error."""
    vars(main)["RetryPolicy"] = lambda: RetryPolicy(attempts=1)
    return main.create_app()
