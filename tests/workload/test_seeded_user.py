"""A user whom the app's set-up creates logs in, though nobody may register and logins are few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from squall.lab.trial import ENDS_RIGHTS

from tests.workload.conftest import Database

Bearer = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="auth/login"))]
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


async def test_a_seeded_user_that_an_operation_renames_is_put_back(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    """Nobody can register in its place."""
    app, names, restored = FastAPI(), ["ann@shop.io"], list[str]()
    columns: tuple[Any, ...] = (
        ("users", "id", "integer", "N", False, [], None, True),
        ("users", "email", "text", "S", True, [], None, False),
        ("users", "password", "text", "S", True, [], None, False),
    )

    async def run_sql(text: str) -> Any:
        if "pg_attribute" in text:
            return columns
        if text.startswith("UPDATE users t SET"):
            restored.append(text)
            names[0] = "ann@shop.io"
        return [(f'{{"id": 1, "email": "{names[0]}"}}',)] if "to_jsonb" in text else []

    @app.post("/auth/login")
    async def login(given: Credentials) -> dict[str, str]:
        if (given.email, given.password) != (names[0], "open-sesame"):
            raise HTTPException(401)
        return {"access_token": f"{given.email}-token"}

    def known(token: str) -> None:
        database.execute()
        if token.removesuffix("-token") not in names:
            raise HTTPException(401)

    @app.get("/everyone")
    async def everyone(token: Bearer) -> list[dict[str, int]]:
        known(token)
        return [{"id": 1}]

    @app.patch("/everyone/{user_id}")
    async def rename(user_id: int, given: Credentials, token: Bearer) -> None:
        known(token)
        names[user_id - 1] = given.email

    found = await discovery_of(app, environment=VARIABLES, writes=True, run_sql=run_sql)
    assert found.left_out["PATCH /everyone/{user_id}"] == ENDS_RIGHTS
    assert "/everyone" in {one.path for one in found.profile.operations}
    assert any("ann@shop.io" in text for text in restored)


@pytest.mark.parametrize("told_apart", [True, False])
async def test_a_400_is_access_if_a_spoilt_token_is_answered_otherwise(
    discovery_of: Callable[..., Any], database: Database, told_apart: bool
) -> None:
    app = FastAPI()

    @app.post("/auth/login")
    async def login(given: Credentials) -> dict[str, str]:
        return {"access_token": given.email}

    @app.get("/code")
    async def code(token: Bearer) -> None:
        raise HTTPException(400 if token in VARIABLES.values() or not told_apart else 401)

    @app.get("/health")
    async def health() -> None:
        database.execute()

    found = await discovery_of(app, environment=VARIABLES, writes=True)
    assert bool(found.roles.logins()) is told_apart
