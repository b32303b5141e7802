"""What a mutant does while the reference app serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from squall_reference import main

Within = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def app_with(within: Within) -> FastAPI:
    """The reference app with something that is entered after its start, and left before its end."""
    app = main.create_app()
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with around(served), within(served):
            yield

    app.router.lifespan_context = lifespan
    return app


def app_beside(work: Callable[[FastAPI], Coroutine[Any, Any, None]]) -> FastAPI:
    """The reference app with a task that works for as long as it serves."""

    @asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(work(app))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return app_with(working)
