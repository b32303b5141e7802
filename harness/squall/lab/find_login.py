"""Find a login that works on the running app: register a first user, then get a token.

    POST /users/signup ──▶ POST /login/access-token ──▶ Authorization: Bearer … ──▶ GET /me: 200

Only operations of the OpenAPI document are requested, in a lab whose database is thrown away.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from squall.lab.app_client import AppClient, NoAnswer
from squall.lab.login_bodies import PASSWORD, bodies_of, example
from squall.workload.http_exchange import Answer
from squall.workload.login import Login
from squall.workload.urls import OtherOrigin

REGISTER = re.compile(r"regist|sign-?_?up|/users?/?$|/accounts?/?$|create.?user|user/create|/open$",
                      re.IGNORECASE)  # fmt: skip
LOG_IN = re.compile(r"login|log-in|sign-?_?in|token|/auth/?$|session|authenticate", re.IGNORECASE)
TOKENS = ("access_token", "accessToken", "token", "access", "id_token", "jwt", "auth_token")
CLOSED = (401, 403)
MAX_TRIES = 12


async def find_login(
    client: AppClient,
    document: Mapping[str, Any],
    closed: Sequence[str],
    known: Mapping[str, str],
    *,
    registers: bool = True,
) -> tuple[Login, ...]:
    """Logins after which one of the protected paths answers; empty if none was found.

    ``known``: user and password of a first user that the set-up created, if any.
    """
    for registration in (None, *(_registrations(document) if registers else ())):
        if registration is not None and await _answer(client, registration) is None:
            continue
        for login in _logins(document, registration, known):
            found = await _working(client, document, login, closed)
            if found is not None:
                return tuple(one for one in (registration, found) if one)
    return ()


async def _working(
    client: AppClient, document: Mapping[str, Any], login: Login, closed: Sequence[str]
) -> Login | None:
    """The login and the header that give access to a protected path; None if there is no access."""
    answer = await _answer(client, login)
    if answer is None:
        return None
    place, text = _token(answer) or ("", "")
    for name, before in _header_forms(document) if text else ():
        if await _opens(client, closed, {name: f"{before}{text}"}):
            return dataclasses.replace(login, header={name: f"{before}{{{place}}}"})
    if answer.cookies:
        cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        if await _opens(client, closed, {"Cookie": cookie}):
            return login
    return None


def _header_forms(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Header names and token prefixes, the usual ones first."""
    for word in ("Bearer ", "Token ", "JWT ", ""):
        yield "Authorization", word
    for scheme in _schemes(document):
        name = scheme.get("name")
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header" and name:
            yield str(name), ""
            yield str(name), "Bearer "


def _schemes(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
    found = schemes.values() if isinstance(schemes, Mapping) else ()
    return [one for one in found if isinstance(one, Mapping)]


def _token_urls(document: Mapping[str, Any]) -> Iterator[str]:
    """Token URLs of the document's password flows."""
    for scheme in _schemes(document):
        flows = scheme.get("flows")
        flow = flows.get("password") if isinstance(flows, Mapping) else None
        url = flow.get("tokenUrl") if isinstance(flow, Mapping) else None
        if isinstance(url, str) and url and "://" not in url:
            yield url if url.startswith("/") else f"/{url.removeprefix('./')}"


def _posts(document: Mapping[str, Any], pattern: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    found = []
    for path, item in (document.get("paths") or {}).items():
        post = item.get("post") if isinstance(item, Mapping) else None
        if isinstance(post, Mapping) and pattern.search(path) and "{" not in path:
            found.append((path, post))
    yield from sorted(found, key=lambda pair: (not re.search("regist|sign|login|token", pair[0]),
                                               len(pair[0])))[:MAX_TRIES]  # fmt: skip


def _registrations(document: Mapping[str, Any]) -> Iterator[Login]:
    for path, post in _posts(document, REGISTER):
        for media, schema in bodies_of(document, post):
            body = example(document, schema)
            if "password" in str(body).lower() or PASSWORD in str(body):
                form = media != "application/json"
                yield Login(path=path, form=body if form else {}, json=None if form else body)


def _logins(
    document: Mapping[str, Any], registration: Login | None, known: Mapping[str, str]
) -> Iterator[Login]:
    """The token path of the document's password flow, and operations that look like a login."""
    urls = list(_token_urls(document))
    users = [known] if known else []
    if registration is not None:
        users += [{"user": "squall@example.com", "password": PASSWORD},
                  {"user": "squall", "password": PASSWORD}]  # fmt: skip
    for user in users:
        for url in urls:
            yield Login(path=url, form={"username": user["user"], "password": user["password"]})
        for path, post in _posts(document, LOG_IN):
            for media, schema in bodies_of(document, post):
                body = _as_user(example(document, schema), user)
                if isinstance(body, dict) and media == "application/json":
                    yield Login(path=path, json=body)
                elif isinstance(body, dict):
                    texts = {key: str(text) for key, text in body.items() if text not in (None, "")}
                    yield Login(path=path, form=texts)


def _as_user(body: Any, user: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(body, dict):
        return {key: _as_user(one, user) for key, one in body.items()}
    if body == PASSWORD:
        return user["password"]
    return user["user"] if body in ("squall", "squall@example.com") else body


async def _answer(client: AppClient, login: Login) -> Answer | None:
    """The answer; None if the request is refused or gets no answer."""
    body, media = (dict(login.form), "form") if login.form else (login.json, "json")
    try:
        answer = await client.send("POST", login.path, body=body, media=media)
    except (NoAnswer, OtherOrigin):
        return None
    return answer if answer.ok else None


def _token(answer: Answer) -> tuple[str, str] | None:
    """Path and text of the token in the answer."""
    try:
        return _find_token(json.loads(answer.body), "")
    except (ValueError, RecursionError):
        return None


def _find_token(value: Any, place: str) -> tuple[str, str] | None:  # noqa: ANN401 - JSON
    if not isinstance(value, Mapping):
        return None
    for key in TOKENS:
        if isinstance(value.get(key), str) and value[key]:
            return f"{place}{key}", value[key]
    for key, inner in value.items():
        found = _find_token(inner, f"{place}{key}.")
        if found:
            return found
    return None


async def _opens(client: AppClient, closed: Sequence[str], headers: Mapping[str, str]) -> bool:
    """Whether these headers give access to one of the paths."""
    for path in closed:
        try:
            answer = await client.send("GET", path, headers=headers)
        except (NoAnswer, OtherOrigin):
            continue
        if answer.status not in CLOSED:
            return True
    return False


USERS = re.compile(r"^(.*)(USER(NAME)?|EMAIL|LOGIN)$", re.IGNORECASE)
FIRST_USER = re.compile(r"super|admin|first|root|initial", re.IGNORECASE)


def first_user(environment: Mapping[str, str]) -> dict[str, str]:
    """The user that the set-up creates: ``FIRST_SUPERUSER`` and ``FIRST_SUPERUSER_PASSWORD``."""
    for name, user in environment.items():
        if not FIRST_USER.search(name) or not USERS.match(name):
            continue
        stem = re.sub(r"_?(USER_?NAME|EMAIL|LOGIN)$", "", name, flags=re.IGNORECASE)
        for key in (f"{name}_PASSWORD", f"{stem}_PASSWORD", f"{name}_password", f"{stem}_password"):
            if key in environment:
                return {"user": user, "password": environment[key]}
    return {}


async def closed_paths(client: AppClient, document: Mapping[str, Any]) -> list[str]:
    """Reads that need authentication, those without parameters first."""
    found: list[str] = []
    paths = document.get("paths")
    items = paths.items() if isinstance(paths, Mapping) else ()
    reads = [path for path, item in items if isinstance(item, Mapping) and "get" in item]
    for path in sorted(reads, key=lambda one: "{" in one)[:MAX_PATHS]:
        if "{" in path and found:
            break
        try:
            answer = await client.send("GET", re.sub(r"\{[^{}]*\}", "1", path))
        except (NoAnswer, OtherOrigin):
            continue
        if answer.status in CLOSED:
            found.append(re.sub(r"\{[^{}]*\}", "1", path))
    return found


MAX_PATHS = 60
