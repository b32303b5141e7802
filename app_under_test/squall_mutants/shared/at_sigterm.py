"""What a mutant does when it is told to end."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from fastapi import FastAPI

from squall_mutants.shared.lifespan import app_with

Then = Callable[[], None]
"""What the server would have done."""


def app_that_ends(at_sigterm: Callable[[FastAPI, Then], None]) -> FastAPI:
    """The reference app with another handler of SIGTERM, set after the server has set its own."""

    @asynccontextmanager
    async def handling(app: FastAPI) -> AsyncIterator[None]:
        before = signal.getsignal(signal.SIGTERM)

        def handler(number: int, frame: FrameType | None) -> None:
            def then() -> None:
                if callable(before):
                    before(number, frame)

            at_sigterm(app, then)

        signal.signal(signal.SIGTERM, handler)
        yield

    return app_with(handling)
