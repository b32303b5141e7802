"""What a mutant does while the reference app serves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

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
