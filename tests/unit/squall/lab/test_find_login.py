"""A way into an app: registered, confirmed in the lab's database, or added to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import LabError
from squall.history.coverage import Coverage, OperationProfile
from squall.lab.app_client import AppClient
from squall.lab.discovery import say_nothing_works
from squall.lab.find_login import closed_operations, find_login, no_login_note
from squall.lab.login_operations import first_users, logins, with_names
from squall.workload.http_exchange import Answer
from squall.workload.login import Login

TEXT = {"type": "string"}
USER = {"type": "object", "properties": {"email": TEXT, "password": TEXT},
        "required": ["email", "password"]}  # fmt: skip
BODY = {"requestBody": {"content": {"application/json": {"schema": USER}}}}
REGISTER, LOGIN = {"/register": {"post": BODY}}, {"/login": {"post": BODY}}
COLUMNS: tuple[Any, ...] = (
    ("public.users", "id", "integer", "N", False, [], None, True),
    ("public.users", "email", "text", "S", True, [], None, False),
    ("public.users", "password_hash", "text", "S", True, [], None, False),
    ("public.users", "is_verified", "boolean", "B", True, [], None, False),
)


@dataclass
class App:
    """An app with one user at most."""

    registration: int = 201
    confirms: bool = False
    """Whether a user must follow a link in a mail."""
    hashed: str = "$2b$"
    user: bool = False
    confirmed: bool = False
    statements: list[str] = field(default_factory=list)
    tried: dict[str, str] = field(default_factory=dict)

    async def send(self, method: str, path: str, **given: Any) -> Answer:
        if path == "/register":
            again, self.user = self.user, True
            return answer(409 if again else self.registration)
        if path == "/login":
            known = given["body"] == {"email": "squall@example.com", "password": "Squall-2026-Pass"}
            enters = known and self.user and (self.confirmed or not self.confirms)
            return answer(200, {"access_token": "t"}) if enters else answer(401)
        if method == "POST" and given["headers"]:
            return answer(422)
        opens = given["headers"] == {"Authorization": "Bearer t"}
        return answer(200 if opens else 401)

    async def run_sql(self, text: str) -> Sequence[Any]:
        if "pg_attribute" in text:
            return COLUMNS
        self.statements.append(text)
        if text.startswith("UPDATE") and self.user:
            self.confirmed = True
        elif text.startswith("INSERT"):
            self.user = self.confirmed = self.hashed in text
        elif text.startswith("DELETE"):
            raise LabError("refused")
        return [1]


def answer(status: int, body: object = None) -> Answer:
    return Answer(status=status, body=json.dumps(body).encode(), whole=True)


async def found(app: App, paths: Mapping[str, Any], *, lab: bool = True) -> list[str]:
    """The steps in words."""
    client = cast("AppClient", app)
    if not lab:
        app.run_sql = None  # type: ignore[method-assign, assignment]
    steps = await find_login(client, {"paths": paths}, [("GET", "/me")], [])
    return [
        f"{one.path} {list(one.accept) or ''}".strip() or f"sql {one.sql[0].split()[0]}"
        for one in steps
    ]


async def test_a_registered_user_logs_in_without_a_change_of_the_database() -> None:
    app = App()
    assert await found(app, {**REGISTER, **LOGIN}) == ["/register", "/login"]
    assert app.statements == []


@pytest.mark.parametrize(("registration", "step"), [(201, "/register"), (500, "/register [500]")])
async def test_a_mail_that_does_not_arrive_is_confirmed_in_the_database(
    registration: int, step: str
) -> None:
    app = App(registration=registration, confirms=True)
    assert await found(app, {**REGISTER, **LOGIN}) == [step, "sql UPDATE", "/login"]


@pytest.mark.parametrize("hashed", ["$2b$", "$argon2id$", "$pbkdf2-sha256$"])
async def test_a_user_is_added_where_nobody_can_register(hashed: str) -> None:
    assert await found(App(hashed=hashed), LOGIN) == ["sql INSERT", "/login"]


async def test_the_users_own_database_is_not_changed() -> None:
    app = App(confirms=True)
    assert await found(app, {**REGISTER, **LOGIN}, lab=False) == []


async def test_a_user_that_was_registered_before_logs_in() -> None:
    assert await found(App(user=True), {**REGISTER, **LOGIN}) == ["/register", "/login"]


@pytest.mark.parametrize(
    ("environment", "users"),
    [
        ({"FIRST_SUPERUSER": "a@b.c", "FIRST_SUPERUSER_PASSWORD": "p"}, ["a@b.c"]),
        ({"ADMIN_EMAIL": "a@b.c", "ADMIN_USERNAME": "ann", "ADMIN_PASSWORD": "p"},
         ["a@b.c", "ann"]),
        ({"DB_USER": "ann", "DB_PASSWORD": "p"}, []),
    ],
    ids=["superuser", "mail-and-name", "another-user"],
)  # fmt: skip
def test_users_of_the_set_up_are_those_with_a_password(
    environment: dict[str, str], users: list[str]
) -> None:
    assert [one["user"] for one in first_users(environment)] == users


@pytest.mark.parametrize(
    ("paths", "closed"),
    [
        ({"/me": {"get": {}, "post": {}}}, [("GET", "/me")]),
        ({"/notes": {"post": {"requestBody": {"required": True}}}}, [("POST", "/notes")]),
        ({"/notes/{id}": {"put": {"requestBody": {"required": True}}}}, [("PUT", "/notes/1")]),
        ({"/logout": {"post": {}}}, []),
    ],
    ids=["read", "write", "parameter", "write-without-a-body"],
)
async def test_a_write_shows_that_a_login_is_needed_where_no_read_does(
    paths: dict[str, Any], closed: list[tuple[str, str]]
) -> None:
    client = cast("AppClient", App())
    assert await closed_operations(client, {"paths": paths}) == closed


def test_a_login_has_the_names_of_the_users_own_variables() -> None:
    environment = {"MAIL_PASSWORD": "p", "ADMIN_NAME": "ann", "ADMIN_PASSWORD": "p", "DB": "ann"}
    users = first_users(environment)
    body = {"username": "ann", "password": "p", "grant_type": "password"}
    login = with_names(Login(path="/token", form=body), users)
    named = {"username": "$ADMIN_NAME", "password": "$ADMIN_PASSWORD", "grant_type": "password"}
    assert dict(login.form) == named
    assert with_names(Login(path="/token", json=body), users).json == named
    other = Login(path="/token", json={**body, "username": "bob"})
    assert with_names(other, users) == other


def test_a_registration_below_the_token_path_is_no_login() -> None:
    paths = {"/token/sign-up": {"post": BODY}, "/token/": {"post": BODY}}
    found = logins({"paths": paths}, [{"user": "ann", "password": "p"}])
    assert [one.path for one in found] == ["/token/"]


@pytest.mark.parametrize(
    ("paths", "tried", "told"),
    [
        ({}, {}, "the document has neither a registration nor a login"),
        (LOGIN, {}, "no user is known for POST /login, and nobody can register"),
        (LOGIN, {"/login": "401"}, "tried: POST /login 401"),
    ],
)
def test_the_note_says_what_is_missing(
    paths: dict[str, Any], tried: dict[str, str], told: str
) -> None:
    note = no_login_note({"paths": paths}, ("GET", "/me"), tried)
    assert note == f"login: none was found that opens GET /me; {told}"


@pytest.mark.parametrize(
    ("reason", "login", "step"),
    [
        ("401: it needs credentials", (), "[[tool.squall.login]]"),
        ("401: it needs credentials", (Login(path="/login"),), "declare operations"),
        ('500: UndefinedTableError: relation "users" does not exist', (), "setup = ["),
        ("404 without a fault", (), "declare operations"),
    ],
    ids=["closed", "closed-with-a-login", "no-table", "another"],
)
def test_where_nothing_can_be_requested_the_next_step_is_told(
    reason: str, login: tuple[Login, ...], step: str
) -> None:
    left = OperationProfile(operation="GET /me", name="", effect="read", reason=reason)
    coverage = Coverage(operations=(left,), notes=("login: none was found",))
    told = say_nothing_works(replace(REFERENCE, login=login), coverage)
    assert step in told
    assert "\n  login: none was found\n" in told
