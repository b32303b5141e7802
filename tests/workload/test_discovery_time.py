"""Discovery of an app with a hundred operations is a matter of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Request
from pydantic import BaseModel

from tests.workload.conftest import Database

RESOURCES = 20
MAX_SECONDS = 10.0
"""Of CPU time, that of the app included: a busy machine has no say in it."""
MAX_REQUESTS = 12
"""For one operation."""
pytestmark = pytest.mark.proof


class Thing(BaseModel):
    name: str
    amount: int


def resource(database: Database, name: str) -> APIRouter:
    """List, create, read, change and delete."""
    router, rows, numbers = APIRouter(prefix=f"/{name}s"), dict[int, Thing](), count(1)

    def row(number: int) -> Thing:
        database.execute()
        if number not in rows:
            raise HTTPException(404)
        return rows[number]

    @router.get("/", operation_id=f"list_{name}")
    async def everything() -> list[dict[str, Any]]:
        database.execute()
        return [{"id": number, **one.model_dump()} for number, one in list(rows.items())[:20]]

    @router.post("/", operation_id=f"create_{name}", status_code=201)
    async def create(thing: Thing) -> dict[str, int]:
        database.execute()
        rows[number := next(numbers)] = thing
        return {"id": number}

    @router.get("/{number}", operation_id=f"read_{name}")
    async def read(number: int) -> Thing:
        return row(number)

    @router.put("/{number}", operation_id=f"change_{name}")
    async def change(number: int, thing: Thing) -> Thing:
        row(number)
        rows[number] = thing
        return thing

    @router.delete("/{number}", operation_id=f"delete_{name}", status_code=204)
    async def delete(number: int) -> None:
        row(number)
        del rows[number]

    return router


async def test_a_hundred_operations_are_discovered_in_ten_seconds(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app = FastAPI()
    for number in range(RESOURCES):
        app.include_router(resource(database, f"thing{number}"))
    requests = count()

    @app.middleware("http")
    async def counted(request: Request, call_next: Callable[..., Any]) -> Any:
        next(requests)
        return await call_next(request)

    began = time.process_time()
    found = await discovery_of(app, writes=True)
    seconds = time.process_time() - began
    assert len(found.profile.operations) == 5 * RESOURCES, found.left_out
    assert seconds < MAX_SECONDS, f"{seconds:.1f} s"
    assert next(requests) <= MAX_REQUESTS * 5 * RESOURCES
