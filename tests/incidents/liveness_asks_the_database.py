"""Liveness and readiness are one check with a query. Sound: liveness asks nobody."""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.shop import make_app


def make(*, ask: bool) -> FastAPI:
    app = make_app()

    @app.get("/livez")
    async def live() -> dict[str, str]:
        if ask:
            await app.state.pool.fetchval("SELECT 1")
        return {"status": "alive"}

    return app


def broken() -> FastAPI:
    return make(ask=True)


def sound() -> FastAPI:
    return make(ask=False)
