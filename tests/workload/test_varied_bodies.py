"""Bodies differ from request to request where the app accepts that, and only there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.workload.conftest import Database

BOTH = ["{different:int:1|2|3}", "{different:int:1|2|3}"]


class Transfer(BaseModel):
    payer: int = Field(ge=1, le=8)
    payee: int = Field(ge=1, le=8)
    cents: int = Field(ge=1, le=100)


def app_of(database: Database, refuses: Callable[[Transfer], bool]) -> FastAPI:
    app = FastAPI()

    @app.post("/transfers", status_code=201)
    async def transfer(sent: Transfer) -> dict[str, int]:
        if refuses(sent):
            raise HTTPException(409)
        return {"id": database.execute()}

    return app


async def bodies_of(
    discovery_of: Callable[..., Any], database: Database, refuses: Callable[[Transfer], bool]
) -> tuple[list[Any], bool]:
    found = await discovery_of(app_of(database, refuses), writes=True)
    (operation,) = found.profile.operations
    (body,) = operation.bodies
    return [body["payer"], body["payee"], body["cents"]], bool(operation.plain_bodies)


async def test_all_that_is_accepted_differs(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    found = await bodies_of(discovery_of, database, lambda _: False)
    assert found == ([*BOTH, "{int:1..3}"], True)


async def test_what_is_refused_stays_as_it_was(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    found = await bodies_of(discovery_of, database, lambda sent: sent.cents > 1)
    assert found == ([*BOTH, 1], True)
    found = await bodies_of(discovery_of, database, lambda sent: sent.payer > 1)
    assert found == ([1, 1, "{int:1..3}"], True)
    found = await bodies_of(discovery_of, database, lambda sent: sent != EQUAL)
    assert found == ([1, 1, 1], False)


EQUAL = Transfer(payer=1, payee=1, cents=1)


async def test_fewer_rows_may_be_there(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    found = await bodies_of(discovery_of, database, lambda sent: max(sent.payer, sent.payee) > 2)
    two = "{different:int:1|2}"
    assert found == ([two, two, "{int:1..2}"], True)


async def test_what_refuses_one_thing_twice_gets_two(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    found = await bodies_of(discovery_of, database, lambda sent: sent.payer == sent.payee)
    assert found == ([*BOTH, 1], False)


class Order(BaseModel):
    pieces: int = Field(ge=1, le=9)
    gift: str | None = None


@pytest.mark.parametrize("accepts_none", [True, False])
async def test_an_optional_field_is_sent_and_not_sent_where_both_are_accepted(
    discovery_of: Callable[..., Any], database: Database, *, accepts_none: bool
) -> None:
    app = FastAPI()

    @app.post("/orders", status_code=201)
    async def order(sent: Order) -> dict[str, int]:
        if sent.gift is None and not accepts_none:
            raise HTTPException(422)
        return {"id": database.execute()}

    found = await discovery_of(app, writes=True)
    (operation,) = found.profile.operations
    assert {"gift" in body for body in operation.bodies} == {True, *([False] * accepts_none)}
    assert {body["pieces"] for body in operation.bodies} == {"{int:1..3}"}
