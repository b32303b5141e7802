"""An app that answers everything with 200 is discovered as one that answers with a status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

from tests.workload.conftest import Database

Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]


class User(BaseModel):
    email: str
    password: str


async def test_a_login_is_found_where_a_refusal_is_a_200(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, users = FastAPI(), set[str]()

    @app.exception_handler(HTTPException)
    async def tell(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": {"code": 7, "message": error.detail}})

    @app.post("/register")
    async def register(user: User) -> None:
        users.add(user.email)

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        if user.email not in users:
            raise HTTPException(401, "Invalid credentials")
        return {"access_token": user.email}

    @app.get("/feed")
    async def feed(token: Token) -> None:
        if token not in users:
            raise HTTPException(401, "Please log in")
        database.execute()

    @app.get("/orders/{order_id}")
    async def order(order_id: int) -> None:
        raise HTTPException(404, f"{order_id} does not exist")

    found = await discovery_of(app, writes=True)
    asked = {one.path: one for one in found.profile.operations}
    assert "Authorization" in asked["/feed"].headers
    assert found.left_out["GET /orders/{order_id}"].startswith("404")
