"""Retries removed: every connection that died while idle costs a caller an error."""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.resilience.retry import RetryPolicy


def create_app() -> FastAPI:
    """The reference app that gives up at the first error."""
    vars(main)["RetryPolicy"] = lambda: RetryPolicy(attempts=1)
    return main.create_app()
