"""Two versions of the app run during a deployment. Broken: one pool takes most of the server."""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.shop import make_app


def broken() -> FastAPI:
    return make_app(places=60)


def sound() -> FastAPI:
    return make_app(places=10)
