"""What a mutant does when it is told to end."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from fastapi import FastAPI
from squall_reference import main

Then = Callable[[], None]
"""What the server would have done."""


def app_that_ends(at_sigterm: Callable[[FastAPI, Then], None]) -> FastAPI:
    """The reference app with another handler of SIGTERM, set after the server has set its own."""
    app = main.create_app()
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def around(served: FastAPI) -> AsyncIterator[None]:
        async with lifespan(served):
            before = signal.getsignal(signal.SIGTERM)

            def handler(number: int, frame: FrameType | None) -> None:
                def then() -> None:
                    if callable(before):
                        before(number, frame)

                at_sigterm(served, then)

            signal.signal(signal.SIGTERM, handler)
            yield

    app.router.lifespan_context = around
    return app
