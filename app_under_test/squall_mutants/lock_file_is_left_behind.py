"""A file says that a process runs already; only a clean end removes it.

Mistake: a lock file without a process that holds it.
Outage: the app crashes, and is started again.
Symptom: it never starts again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from squall_reference import main

EXPOSED_BY = ("app-crash",)
SET = "sixth"


def lock() -> Path:
    """One for each database."""
    name = hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"orders-{name}.lock"


def create_app() -> FastAPI:
    """The reference app that wants to be alone."""
    app = main.create_app()
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        file = lock()
        file.touch(exist_ok=False)
        try:
            async with around(app):
                yield
        finally:
            file.unlink()

    app.router.lifespan_context = lifespan
    return app
