"""An operation that changes the user of the token ends the rights of no other operation."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import count
from typing import Annotated, Any, Literal

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from squall.lab.trial import ENDS_RIGHTS

from tests.workload.conftest import Database

Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]
Maybe = Annotated[str | None, Depends(OAuth2PasswordBearer(tokenUrl="login", auto_error=False))]


class User(BaseModel):
    email: str
    password: str


class Changes(BaseModel):
    email: str | None = None
    about: str | None = None


def add_login(app: FastAPI, users: Container[str]) -> None:
    """Whoever has registered gets the address as a token."""

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        if user.email not in users:
            raise HTTPException(400)
        return {"access_token": user.email}


async def test_a_user_whose_name_an_operation_changes_is_replaced(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, users = FastAPI(), set[str]()
    add_login(app, users)

    def known(token: str) -> None:
        database.execute()
        if token not in users:
            raise HTTPException(403)

    @app.post("/register", status_code=201)
    async def register(user: User) -> None:
        if user.email in users:
            raise HTTPException(409)
        users.add(user.email)

    @app.get("/feed")
    async def feed(token: Token) -> None:
        known(token)

    @app.put("/user")
    async def change(token: Token, changes: Changes) -> None:
        known(token)
        if changes.email:
            users.discard(token)
            users.add(changes.email)

    found = await discovery_of(app, writes=True)
    asked = {one.path: one for one in found.profile.operations}
    assert found.left_out["PUT /user"] == ENDS_RIGHTS
    assert asked["/feed"].headers["Authorization"].removeprefix("Bearer ") in users
    assert asked["/login"].bodies[0]["email"] in users


@pytest.mark.parametrize(("path", "status"), [("/update_me", 409), ("/accounts", 404),
                                             ("/accounts", 500)])  # fmt: skip
async def test_an_app_may_tell_of_an_unknown_user_by_another_status(
    discovery_of: Callable[..., Any], database: Database, path: str, status: int
) -> None:
    """The token's user has another name now, whatever the path that changed it."""
    app, users = FastAPI(), set[str]()
    add_login(app, users)

    def known(token: str) -> None:
        database.execute()
        if token not in users:
            raise HTTPException(status)

    @app.post("/register", status_code=201)
    async def register(user: User) -> None:
        if user.email in users:
            raise HTTPException(409)
        users.add(user.email)

    @app.get("/feed")
    async def feed(token: Token) -> None:
        known(token)

    @app.put(path)
    async def change(token: Token, changes: User) -> None:
        known(token)
        users.discard(token)
        users.add(changes.email)

    @app.put("/posts")
    async def post(token: Token) -> None:
        known(token)

    found = await discovery_of(app, writes=True)
    asked = {one.path: one for one in found.profile.operations}
    assert found.left_out[f"PUT {path}"] == ENDS_RIGHTS
    assert asked["/feed"].headers["Authorization"].removeprefix("Bearer ") in users
    assert "/posts" in asked


async def test_an_item_that_is_gone_ends_no_rights(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, users, things = FastAPI(), set[str](), {1}
    add_login(app, users)

    @app.post("/register", status_code=201)
    async def register(user: User) -> None:
        users.add(user.email)

    @app.get("/thing")
    async def thing(token: Token) -> None:
        database.execute()
        if token in users and not things:
            raise HTTPException(404)

    @app.post("/clear")
    async def clear(token: Token) -> None:
        database.execute()
        if token in users:
            things.clear()

    found = await discovery_of(app, writes=True)
    assert "POST /clear" not in found.left_out


class Member(User):
    role: Literal["member", "admin"] = "member"


async def test_another_role_may_not_end_the_rights_of_the_first_one(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, users = FastAPI(), dict[str, str]()
    add_login(app, users)

    def allow(token: str, role: str) -> None:
        database.execute()
        if users.get(token) != role:
            raise HTTPException(403 if token in users else 401)

    @app.post("/register", status_code=201)
    async def register(user: Member) -> None:
        users[user.email] = user.role

    @app.get("/feed")
    async def feed(token: Token) -> None:
        allow(token, "member")

    @app.post("/lock-out")
    async def lock_out(token: Token) -> None:
        allow(token, "admin")
        for name in [name for name, role in users.items() if role == "member"]:
            del users[name]

    found = await discovery_of(app, writes=True)
    assert found.left_out["POST /lock-out"] == ENDS_RIGHTS
    asked = {one.path: one for one in found.profile.operations}
    assert asked["/feed"].headers["Authorization"].removeprefix("Bearer ") in users


async def test_a_logout_that_works_once_and_then_fails_ends_no_other_rights(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    """The second one meets its own row: 500, and the token is refused from then on."""
    app, users, ended = FastAPI(), set[str](), set[str]()
    numbers = count()

    @app.post("/register", status_code=201)
    async def register(user: User) -> None:
        if user.email in users:
            raise HTTPException(409)
        users.add(user.email)

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        if user.email not in users:
            raise HTTPException(400)
        return {"access_token": f"{user.email}-{next(numbers)}"}

    @app.get("/feed")
    async def feed(token: Token) -> None:
        database.execute()
        if token in ended:
            raise HTTPException(401)

    @app.post("/logout")
    async def logout(token: Token) -> None:
        database.execute()
        if token in ended:
            raise HTTPException(500)
        ended.add(token)

    found = await discovery_of(app, writes=True)
    asked = {one.path: one for one in found.profile.operations}
    assert found.left_out["POST /logout"] == ENDS_RIGHTS
    assert asked["/feed"].headers["Authorization"].removeprefix("Bearer ") not in ended


async def test_a_login_that_refuses_who_has_logged_in_is_requested_by_nobody(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    app, users = FastAPI(), set[str]()

    @app.post("/register", status_code=201)
    async def register(user: User) -> None:
        users.add(user.email)

    @app.post("/login")
    async def login(user: User, known: Maybe) -> dict[str, str]:
        database.execute()
        if known in users:
            raise HTTPException(403, "logged in already")
        if user.email not in users:
            raise HTTPException(400)
        return {"access_token": user.email}

    @app.get("/feed")
    async def feed(known: Maybe) -> None:
        database.execute()
        if known not in users:
            raise HTTPException(401)

    @app.get("/admin")
    async def admin(known: Maybe) -> None:
        raise HTTPException(403 if known in users else 401)

    found = await discovery_of(app, writes=True)
    headers = {one.path: one.headers for one in found.profile.operations}
    assert "Authorization" not in headers["/login"]
    assert "Authorization" in headers["/feed"]
    assert found.left_out["GET /admin"].startswith("403"), "of those who have logged in"
