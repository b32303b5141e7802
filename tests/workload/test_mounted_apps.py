"""Operations of apps that are mounted are operations of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from tests.workload.conftest import Database


async def test_what_a_mounted_app_offers_is_asked(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, inner = FastAPI(), FastAPI()
    app.get("/health")(database.execute)
    inner.get("/orders")(database.execute)
    app.mount("/app/v1", inner)
    found = await discovery_of(app, openapi_mounted=("/app/v1/openapi.json", "/no/openapi.json"))
    assert sorted(one.path for one in found.profile.operations) == ["/app/v1/orders", "/health"]
    alone = await discovery_of(app)
    assert [one.path for one in alone.profile.operations] == ["/health"]
