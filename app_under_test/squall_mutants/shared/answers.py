"""How a mutant answers an error in another way."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response
from squall_reference import main, problems
from squall_reference.errors import ServiceError
from squall_reference.settings import Settings

from squall_mutants.shared import replace

Make = Callable[[Request, ServiceError], Response | None]
"""The answer to an error; None leaves it to the reference app."""


def app_that_answers(make: Make, *, copies: bool = True) -> FastAPI:
    """The reference app with other answers to the service's errors.

    Args:
        make: what it answers.
        copies: whether reads may be answered from a copy, so that errors are rare.
    """
    careful = problems._service_error

    async def answer(request: Request, error: Exception) -> Response:
        other = make(request, error) if isinstance(error, ServiceError) else None
        return other or await careful(request, error)

    replace(problems, "_service_error", answer)
    if copies:
        return main.create_app()
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
