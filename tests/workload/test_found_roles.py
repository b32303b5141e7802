"""A registered user and a promoted one reach what each of them may, in a lab's database only."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials, OAuth2PasswordBearer
from pydantic import BaseModel, Field
from squall.lab.discovery import Discovery

from tests.workload.conftest import Database

Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="login"))]
COLUMNS: tuple[Any, ...] = (
    ("users", "email", "text", "S", True, [], None, False),
    ("users", "password", "text", "S", True, [], None, False),
    ("users", "is_active", "boolean", "B", True, [], None, False),
    ("users", "is_admin", "boolean", "B", True, [], None, False),
)


class User(BaseModel):
    email: str
    password: str


class Caller(User):
    phone: str | None = "+79999999999"


@dataclass
class Users:
    """The table of users, and what is done to it."""

    rows: dict[str, dict[str, bool]] = field(default_factory=dict)
    phones: list[str | None] = field(default_factory=list)

    async def run_sql(self, text: str) -> Sequence[Any]:
        """As PostgreSQL would, for the statements that Squall makes of this table."""
        if "pg_attribute" in text:
            return COLUMNS
        if not text.startswith("UPDATE"):
            return []
        (column,) = re.findall(r'SET "(\w+)"', text)
        changed = [
            row for name, row in self.rows.items() if f"'{name}'" in text and not row[column]
        ]
        for row in changed:
            row[column] = True
        return changed


def make_app(
    database: Database, users: Users, *, confirmed: bool, own_phones: bool = False
) -> FastAPI:
    app = FastAPI()

    def known(token: str) -> dict[str, bool]:
        database.execute()
        if not users.rows.get(token, {}).get("is_active"):
            raise HTTPException(401)
        return users.rows[token]

    @app.post("/register", status_code=201)
    async def register(user: Caller) -> None:
        if user.email in users.rows or (own_phones and user.phone in users.phones):
            raise HTTPException(409)
        users.phones.append(user.phone)
        users.rows[user.email] = {"is_active": confirmed, "is_admin": False}

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        known(user.email)
        return {"access_token": user.email}

    @app.get("/me")
    async def me(token: Token) -> None:
        known(token)

    @app.get("/everyone")
    async def everyone(token: Token) -> None:
        if not known(token)["is_admin"]:
            raise HTTPException(403)

    return app


async def reached(
    discovery_of: Callable[..., Any], app: FastAPI, users: Users | None, **given: Any
) -> tuple[Discovery, dict[str, str]]:
    """What is asked, by path, with the role that asks it."""
    found = await discovery_of(app, run_sql=users.run_sql if users else None, **given)
    return found, {one.path: one.role for one in found.profile.operations}


async def test_a_promoted_user_reaches_what_the_first_one_may_not(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    users = Users()
    app = make_app(database, users, confirmed=True)
    found, roles = await reached(discovery_of, app, users)
    assert roles == {"/me": "", "/everyone": "admin"}
    assert [row["is_admin"] for row in users.rows.values()] == [False, True]
    assert [(one.path, bool(one.sql), one.role) for one in found.roles.logins()] == [
        ("/register", False, ""), ("/login", False, ""),
        ("/register", False, "admin"), ("", True, "admin"), ("/login", False, "admin"),
    ]  # fmt: skip


async def test_a_second_user_has_a_telephone_number_of_its_own(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    """The first one has taken the default."""
    users = Users()
    app = make_app(database, users, confirmed=True, own_phones=True)
    _, roles = await reached(discovery_of, app, users)
    assert roles == {"/me": "", "/everyone": "admin"}
    assert users.phones == ["+79999999999", "+14155552602"]


async def test_the_steps_that_were_found_can_be_declared_for_a_new_database(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    users = Users()
    found, roles = await reached(discovery_of, make_app(database, users, confirmed=False), users)
    again = Users()
    app = make_app(database, again, confirmed=False)
    _, declared = await reached(discovery_of, app, again, login=found.roles.logins())
    assert roles == declared == {"/me": "", "/everyone": "admin"}


async def test_the_users_own_database_keeps_its_users_as_they_are(
    discovery_of: Callable[..., Any], database: Database
) -> None:
    users = Users()
    _, roles = await reached(discovery_of, make_app(database, users, confirmed=True), None)
    assert roles == {"/me": ""}
    assert [row["is_admin"] for row in users.rows.values()] == [False]


class Chosen(User):
    role: Literal["buyer", "seller", "auditor"] = "buyer"


class Matching(User):
    role: str = Field("buyer", pattern="^(seller|buyer|auditor)$")


def make_app_with_roles(database: Database, registration: type[Any]) -> FastAPI:
    app, given = FastAPI(), dict[str, str]()

    async def register(user: Any) -> None:
        if user.email in given or user.role == "auditor":
            raise HTTPException(409)
        given[user.email] = user.role

    register.__annotations__["user"] = registration
    app.post("/register", status_code=201)(register)

    @app.post("/login")
    async def login(user: User) -> dict[str, str]:
        if user.email not in given:
            raise HTTPException(401)
        return {"access_token": user.email}

    def add(role: str) -> None:
        @app.get(f"/for-{role}")
        async def read(token: Token) -> None:
            database.execute()
            if given.get(token) != role:
                raise HTTPException(403 if token in given else 401)

    for role in ("buyer", "seller", "auditor"):
        add(role)
    return app


@pytest.mark.parametrize("registration", [Chosen, Matching])
async def test_users_are_registered_with_each_role_that_the_document_offers(
    discovery_of: Callable[..., Any], database: Database, registration: type[Any]
) -> None:
    app = make_app_with_roles(database, registration)
    found, roles = await reached(discovery_of, app, None)
    assert roles == {"/for-buyer": "", "/for-seller": "seller"}
    assert "a user registered with role seller" in found.coverage.notes


class Named(BaseModel):
    username: str
    password: str


def make_basic_app(database: Database, *, with_token: bool) -> FastAPI:
    app, passwords = FastAPI(), dict[str, str]()

    def known(given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
        database.execute()
        if passwords.get(given.username) != given.password:
            raise HTTPException(401)

    @app.post("/user")
    async def register(user: Named) -> None:
        if user.username in passwords:
            raise HTTPException(401)
        passwords[user.username] = user.password

    @app.get("/tasks", dependencies=[Depends(known)])
    async def tasks() -> list[str]:
        return []

    if with_token:

        @app.post("/user/login")
        async def login(user: Named) -> dict[str, dict[str, str]]:
            pair = f"{user.username}:{user.password}".encode()
            return {"data": {"token": base64.b64encode(pair).decode()}}

    return app


@pytest.mark.parametrize("with_token", [True, False])
async def test_http_basic_is_found_and_can_be_declared(
    discovery_of: Callable[..., Any], database: Database, *, with_token: bool
) -> None:
    app = make_basic_app(database, with_token=with_token)
    found, roles = await reached(discovery_of, app, None, writes=True)
    assert "/tasks" in roles
    assert any("HTTP Basic" in note for note in found.coverage.notes)
    again = make_basic_app(database, with_token=with_token)
    _, declared = await reached(discovery_of, again, None, writes=True, login=found.roles.logins())
    assert declared == roles
