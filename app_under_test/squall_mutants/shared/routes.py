"""Routes that a mutant puts in the place of the reference app's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from squall_reference import main


def app_that_reads(path: str, endpoint: Callable[..., Awaitable[Any]], **options: Any) -> FastAPI:  # noqa: ANN401 - FastAPI's
    """The reference app with another GET; the first route that fits is taken. ``options`` are those
    of ``add_api_route``.
    """
    app = main.create_app()
    app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False, **options)
    app.router.routes.insert(0, app.router.routes.pop())
    return app
