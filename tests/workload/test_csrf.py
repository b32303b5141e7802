"""A token against CSRF is fetched where the app hands it out, and sent with every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

from tests.workload.conftest import Database

SIGNED, TOKEN = "signed-0a1b2c3d4e5f", "plain-5f4e3d2c1b0a"
Bearer = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]


class User(BaseModel):
    email: str
    password: str


def refuse_forged(
    csrf: Annotated[str | None, Cookie(alias="app-csrf")] = None,
    given: Annotated[str | None, Header(alias="X-CSRF-Token")] = None,
) -> None:
    if (csrf, given) != (SIGNED, TOKEN):
        raise HTTPException(403)


def make_app(database: Database, *, with_login: bool) -> FastAPI:
    app, users = FastAPI(), set[str]()
    safe = [Depends(refuse_forged)]

    @app.get("/auth/csrf-token")
    async def csrf_token(response: Response) -> dict[str, dict[str, str]]:
        response.set_cookie("app-csrf", SIGNED)
        return {"data": {"csrf_token": TOKEN}}

    @app.post("/notes", dependencies=safe)
    async def make() -> dict[str, int]:
        database.execute()
        return {"id": 1}

    if with_login:

        @app.post("/register", status_code=201, dependencies=safe)
        async def register(user: User) -> None:
            users.add(user.email)

        @app.post("/login", dependencies=safe)
        async def login(user: User) -> dict[str, str]:
            return {"access_token": user.email}

        @app.get("/me")
        async def me(token: Bearer) -> None:
            database.execute()
            if token not in users:
                raise HTTPException(401)

    return app


@pytest.mark.parametrize("with_login", [True, False])
async def test_the_token_is_sent_by_the_login_and_by_the_load(
    discovery_of: Callable[..., Any], database: Database, *, with_login: bool
) -> None:
    found = await discovery_of(make_app(database, with_login=with_login), writes=True)
    asked = {one.path: one.headers for one in found.profile.operations}
    assert asked["/notes"]["X-CSRF-Token"] == TOKEN
    assert f"app-csrf={SIGNED}" in asked["/notes"]["Cookie"]
    assert ("Authorization" in asked["/notes"]) is with_login
    assert ("/me" in asked) is with_login
