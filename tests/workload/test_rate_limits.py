"""Apps that limit their clients: by address, and all together."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from squall.config.profile import DEFAULT_CONTRACT
from squall.lab.client_addresses import CLIENTS, HEADER, NOTE

ALLOWED = 12
PATHS = [f"/{name}" for name in "abcdef"]
ATTACHED = dataclasses.replace(DEFAULT_CONTRACT, process_known=False)


def limited_app(database: Any, *, per_address: bool) -> FastAPI:
    """Six reads of the database, and twelve requests a minute for an address or for everyone."""
    app, seen = FastAPI(), Counter[str]()

    @app.middleware("http")
    async def limit(request: Request, answer: Any) -> Any:
        address = request.client.host if per_address and request.client else "all"
        seen[address] += request.url.path in PATHS
        if seen[address] > ALLOWED:
            return JSONResponse({"detail": "too many requests"}, 429, {"Retry-After": "60"})
        return await answer(request)

    for path in PATHS:
        app.get(path)(database.execute)
    return app


async def test_a_limit_per_address_is_met_from_many_addresses(
    discovery_of: Any, database: Any
) -> None:
    found = await discovery_of(limited_app(database, per_address=True))
    operations = found.profile.operations
    assert sorted(one.path for one in operations) == PATHS
    assert {one.headers[HEADER] for one in operations} == {CLIENTS}
    assert {one.least_interval_seconds for one in operations} == {0.0}
    assert NOTE in found.coverage.notes


@pytest.mark.parametrize(("per_address", "contract"), [(False, DEFAULT_CONTRACT), (True, ATTACHED)])
async def test_a_limit_for_all_and_that_of_a_running_app_are_obeyed(
    discovery_of: Any, database: Any, per_address: bool, contract: Any
) -> None:
    found = await discovery_of(limited_app(database, per_address=per_address), contract=contract)
    assert any(reason.startswith("429 at once") for reason in found.left_out.values())
    assert not any(HEADER in one.headers for one in found.profile.operations)
    assert NOTE not in found.coverage.notes
