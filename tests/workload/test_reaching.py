"""What discovery does to reach an operation: a login, another role, keys, other values, chains."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.errors import LabError
from squall.lab.discovery import discover
from squall.workload.login import Login


def paths(found: Any) -> list[str]:
    return sorted(f"{one.method} {one.path}" for one in found.profile.operations)


class Note(BaseModel):
    text: str


class Order(BaseModel):
    quantity: int
    coupon_id: int | None = None


async def form_of(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))


class SignUp(BaseModel):
    email: str
    password: str


def app_with_users(database: Any) -> FastAPI:
    """A user registers, logs in by the password flow, and may delete the account."""
    app, users = FastAPI(), dict[str, str]()
    token = Depends(OAuth2PasswordBearer(tokenUrl="login"))

    def user(given: str = token) -> str:
        if given not in users:
            raise HTTPException(401)
        return given

    signed_in = Depends(user)

    @app.post("/users/signup")
    def sign_up(given: SignUp) -> dict[str, str]:
        if given.email in users:
            raise HTTPException(400)
        users[given.email] = given.password
        return {"email": given.email}

    @app.post("/login")
    async def login(request: Request) -> dict[str, str]:
        form = await form_of(request)
        if users.get(form["username"]) != form["password"]:
            raise HTTPException(400)
        return {"access_token": form["username"]}

    @app.get("/me")
    def me(name: str = signed_in) -> Any:
        return [name, database.execute()]

    @app.post("/me/leave")
    def leave(name: str = signed_in) -> None:
        del users[name]

    return app


async def test_the_password_flow_of_the_document_is_used_with_a_registered_user(
    discovery_of: Any, database: Any
) -> None:
    found = await discovery_of(app_with_users(database), writes=True)
    assert "GET /me" in paths(found)
    (note,) = found.coverage.notes
    assert note.startswith("login: POST /login with a user registered by POST /users/signup, found")
    headers = {one.path: one.headers for one in found.profile.operations}
    assert headers["/me"]["Authorization"].startswith("Bearer squall")


async def test_a_user_that_an_operation_has_ended_is_replaced(
    discovery_of: Any, database: Any
) -> None:
    found = await discovery_of(app_with_users(database), writes=True)
    assert "takes the client's rights away" in found.left_out["POST /me/leave"]
    headers = {one.path: one.headers for one in found.profile.operations}
    assert headers["/me"]["Authorization"] == "Bearer squall12@example.com"


async def test_no_user_is_registered_in_an_app_that_runs_already(
    serving: Any, database: Any
) -> None:
    app = app_with_users(database)

    @app.get("/now")
    def now() -> Any:
        return database.execute()

    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT)
    with serving(app) as url:
        other = await discover(profile.attached(log_known=False), url, 1, database.traffic)
    assert paths(other) == ["GET /now"]
    assert other.coverage.notes == ()


async def test_what_the_first_role_may_not_is_asked_with_the_next(
    discovery_of: Any, database: Any
) -> None:
    app = FastAPI()
    token = Depends(OAuth2PasswordBearer(tokenUrl="login"))

    @app.post("/login")
    async def login(request: Request) -> dict[str, str]:
        return {"access_token": (await form_of(request))["username"]}

    @app.get("/orders")
    def orders(given: str = token) -> Any:
        return [given, database.execute()]

    @app.get("/all-users")
    def everybody(given: str = token) -> Any:
        if given != "root":
            raise HTTPException(403)
        return database.execute()

    header = {"Authorization": "Bearer {access_token}"}
    logins = tuple(
        Login(path="/login", role=role, form={"username": name, "password": "p"}, header=header)
        for role, name in (("user", "ann"), ("admin", "root"))
    )
    found = await discovery_of(app, login=logins)
    used = {one.path: one.headers["Authorization"] for one in found.profile.operations}
    assert used == {"/orders": "Bearer ann", "/all-users": "Bearer root"}


async def test_a_path_that_names_nothing_is_not_requested(discovery_of: Any, database: Any) -> None:
    app = FastAPI()

    @app.get("/items/{item_id}")
    def item(item_id: int) -> Any:
        if item_id not in (2, 3):
            raise HTTPException(404)
        return database.execute()

    assert paths(await discovery_of(app)) == ["GET /items/{one:2|3}"]


async def test_a_key_of_the_database_fills_what_nothing_else_does(
    serving: Any, database: Any
) -> None:
    app = FastAPI()

    @app.get("/shops/{shop_id}")
    def shop(shop_id: str) -> Any:
        if shop_id != "s-77":
            raise HTTPException(404)
        return database.execute()

    async def keys() -> list[tuple[str, str, str]]:
        return [("shops", "id", "s-77"), ("orders", "id", "9")]

    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT)
    with serving(app) as url:
        found = await discover(profile, url, 1, database.traffic, keys)
    assert paths(found) == ["GET /shops/s-77"]


async def test_what_the_load_made_is_deleted_and_nothing_else(
    discovery_of: Any, database: Any
) -> None:
    app, notes, first = FastAPI(), dict[int, str](), range(3)
    notes.update(dict.fromkeys(first, "there from the start"))

    @app.post("/notes/")
    def make(note: Note) -> dict[str, Any]:
        number = max(notes) + 1
        notes[number] = f"{note.text} {database.execute()}"
        return {"data": {"id": number}}

    @app.delete("/notes/{note_id}", status_code=204)
    def delete(note_id: int) -> None:
        database.execute()
        del notes[note_id]

    @app.delete("/shops/{shop_id}")
    def delete_shop(shop_id: int) -> None:
        raise AssertionError(shop_id)

    found = await discovery_of(app, writes=True)
    (deletion,) = [one for one in found.profile.operations if one.method == "DELETE"]
    assert (deletion.path, deletion.after) == ("{path}/{answer.data.id}", "make_notes__post")
    assert "only of what the load itself made" in found.left_out["DELETE /shops/{shop_id}"]
    assert set(first) <= set(notes)


async def test_the_body_that_the_app_accepts_is_found(discovery_of: Any, database: Any) -> None:
    app = FastAPI()

    @app.post("/orders")
    def order(given: Order) -> Any:
        if given.coupon_id is not None:
            raise HTTPException(404, "no such coupon")
        return database.execute()

    found = await discovery_of(app, writes=True)
    (operation,) = found.profile.operations
    assert operation.plain_bodies == ({"quantity": 1},)


async def test_credentials_that_are_about_to_expire_are_renewed(
    serving: Any, database: Any
) -> None:
    app, tokens = FastAPI(), list[str]()

    @app.post("/login")
    def login() -> dict[str, Any]:
        tokens.append(f"t{len(tokens)}")
        return {"access_token": tokens[-1], "expires_in": 60}

    @app.get("/me")
    def me(request: Request) -> Any:
        if request.headers.get("authorization") != f"Bearer {tokens[-1]}":
            raise HTTPException(401)
        return database.execute()

    step = Login(path="/login", header={"Authorization": "Bearer {access_token}"})
    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT, login=(step,))
    with serving(app) as url:
        found = await discover(profile, url, 1, database.traffic)
        soon = await found.roles.renew(found.profile, 30)
        late = await found.roles.renew(found.profile, 90)
        again = await found.roles.renew(late, math.inf)
        same = await found.roles.renew(again, 30, 0)
        other = await found.roles.renew(again, 30, 1)
        twice = await found.roles.renew(other, 30, 1)
    assert again.operations[0].headers == {"Authorization": "Bearer t2"}
    assert same == again
    assert other.operations[0].headers == {"Authorization": "Bearer t3"}, "the app was down since"
    assert twice == other
    assert soon.operations[0].headers == {"Authorization": "Bearer t0"}
    assert late.operations[0].headers == {"Authorization": "Bearer t1"}


async def test_a_login_that_is_limited_after_a_restart_leaves_the_old_one(
    serving: Any, database: Any
) -> None:
    app, logins = FastAPI(), list[str]()

    @app.post("/login")
    def login() -> dict[str, str]:
        if logins:
            raise HTTPException(429)
        logins.append("t0")
        return {"access_token": "t0"}

    @app.get("/me")
    def me(request: Request) -> Any:
        if request.headers.get("authorization") != "Bearer t0":
            raise HTTPException(401)
        return database.execute()

    step = Login(path="/login", header={"Authorization": "Bearer {access_token}"})
    profile = AppProfile(name="app", app="app:app", contract=DEFAULT_CONTRACT, login=(step,))
    with serving(app) as url:
        found = await discover(profile, url, 1, database.traffic)
        assert await found.roles.renew(found.profile, 30, 1) == found.profile
        with pytest.raises(LabError, match="429"):
            await found.roles.renew(found.profile, math.inf, 1)


async def test_what_can_be_done_once_is_done_to_what_was_just_made(
    discovery_of: Any, database: Any
) -> None:
    app, liked = FastAPI(), list[int]()

    @app.post("/notes")
    def make(note: Note) -> dict[str, int]:
        assert note.text
        return {"id": database.execute()}

    @app.post("/notes/{note_id}/like")
    def like(note_id: int) -> None:
        if note_id in liked:
            raise HTTPException(400, "liked already")
        liked.append(note_id)

    found = await discovery_of(app, writes=True)
    (once,) = [one for one in found.profile.operations if one.after]
    assert (once.method, once.path) == ("POST", "{path}/{answer.id}/like")
    assert found.coverage.share == 1


async def test_the_login_itself_is_requested_as_the_registered_user(
    discovery_of: Any, database: Any
) -> None:
    found = await discovery_of(app_with_users(database), writes=True)
    assert "POST /login" in paths(found)
