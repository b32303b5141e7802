"""A user whom the app's set-up creates logs in, though nobody may register and logins are few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

from tests.workload.conftest import Database

MOST_LOGINS = 4
VARIABLES = {"SEEDED_USER": "ann@shop.io", "SEEDED_USER_PASSWORD": "open-sesame"}
TEXTS = {name: {"type": "string"} for name in ("username", "password")}
FORM = {"requestBody": {"content": {"application/x-www-form-urlencoded": {
    "schema": {"type": "object", "properties": TEXTS, "required": [*TEXTS]}}}}}  # fmt: skip


class Credentials(BaseModel):
    email: str
    password: str


def make_app(database: Database, kind: str) -> FastAPI:
    """``kind``: how credentials are sent. The token path of the document does not exist."""
    app, logins = FastAPI(), [0]

    def token_of(name: str, password: str) -> dict[str, str]:
        logins[0] += 1
        if logins[0] > MOST_LOGINS:
            raise HTTPException(429)
        if (name, password) != ("ann@shop.io", "open-sesame"):
            raise HTTPException(400)
        return {"access_token": f"{database.execute()}-token"}

    if kind == "form":

        @app.post("/auth/login", openapi_extra=FORM)
        async def login(request: Request) -> dict[str, str]:
            given = parse_qs((await request.body()).decode())
            return token_of(given["username"][0], given["password"][0])
    else:

        @app.post("/auth/login")
        async def login_by_json(given: Credentials) -> dict[str, str]:
            return token_of(given.email, given.password)

    @app.post("/auth/register")
    async def register(_given: Credentials) -> None:
        raise HTTPException(403)

    @app.get("/me")
    async def me(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="gone"))]) -> None:
        database.execute()
        if not token.endswith("-token"):
            raise HTTPException(401)

    return app


@pytest.mark.parametrize("kind", ["form", "json"])
async def test_a_seeded_user_logs_in_and_its_password_is_a_name(
    discovery_of: Callable[..., Any], database: Database, kind: str
) -> None:
    found = await discovery_of(make_app(database, kind), environment=VARIABLES)
    assert "/me" in {one.path for one in found.profile.operations}
    assert any("its first user" in note for note in found.coverage.notes)
    (login,) = found.roles.logins()
    assert "open-sesame" not in repr(login)
    assert "$SEEDED_USER_PASSWORD" in (*login.form.values(), *(login.json or {}).values())


@pytest.mark.parametrize("kind", ["form", "json"])
async def test_the_login_is_an_operation_of_the_seeded_user(
    discovery_of: Callable[..., Any],
    database: Database,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{__name__}.MOST_LOGINS", 100)
    found = await discovery_of(make_app(database, kind), environment=VARIABLES, writes=True)
    assert "/auth/login" in {one.path for one in found.profile.operations}


@pytest.mark.parametrize("kind", ["form", "json"])
async def test_the_login_that_was_found_can_be_declared(
    discovery_of: Callable[..., Any], database: Database, kind: str
) -> None:
    found = await discovery_of(make_app(database, kind), environment=VARIABLES)
    again = await discovery_of(
        make_app(database, kind), environment=VARIABLES, login=found.roles.logins()
    )
    assert "/me" in {one.path for one in again.profile.operations}


async def test_without_the_user_nothing_opens(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app = make_app(database, "form")
    app.get("/open")(database.execute)
    found = await discovery_of(app, environment={"SEEDED_USER": "ann@shop.io"})
    assert {one.path for one in found.profile.operations} == {"/open"}
