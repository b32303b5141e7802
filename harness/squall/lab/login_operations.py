"""The registrations and logins that an OpenAPI document offers, and the users that may log in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from squall.lab.login_bodies import PASSWORD, bodies_of, example
from squall.lab.user_sql import USERS
from squall.workload.login import Login

REGISTER = re.compile(r"regist|sign-?_?up|/users?/?$|/accounts?/?$|create.?user|user/create|/open$",
                      re.IGNORECASE)  # fmt: skip
LOG_IN = re.compile(r"login|log-in|sign-?_?in|token|/auth/?$|session|authenticate", re.IGNORECASE)
SIGN_UP = re.compile(r"(?:regist\w*|sign-?_?up)/?$", re.IGNORECASE)
SQUALL = tuple({"user": user, "password": PASSWORD} for user in USERS)
"""The user that is registered here, by mail address or by name."""
MAX_TRIES = 12


def header_forms(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Header names and token prefixes, the usual ones first."""
    for word in ("Bearer ", "Token ", "JWT ", "", *(("Basic ",) if _is_basic(document) else ())):
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


def _is_basic(document: Mapping[str, Any]) -> bool:
    """Whether the document declares HTTP Basic authentication."""
    return any(
        one.get("type") == "http" and str(one.get("scheme")).lower() == "basic"
        for one in _schemes(document)
    )


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


def registrations(document: Mapping[str, Any]) -> Iterator[Login]:
    """The operations that look like a registration, with a body for each."""
    for path, post in _posts(document, REGISTER):
        for media, schema in bodies_of(document, post):
            body = example(document, schema)
            if "password" in str(body).lower() or PASSWORD in str(body):
                form = media != "application/json"
                yield Login(path=path, form=body if form else {}, json=None if form else body)


def logins(document: Mapping[str, Any], users: Sequence[Mapping[str, str]]) -> Iterator[Login]:
    """The token path of the document's password flow, operations that look like a login, and HTTP
    Basic authentication, which needs no request.
    """
    urls, basic = list(_token_urls(document)), _is_basic(document)
    for user in users:
        if basic:
            yield Login(basic={"username": user["user"], "password": user["password"]})
        for url in urls:
            yield Login(path=url, form={"username": user["user"], "password": user["password"]})
        for path, post in _posts(document, LOG_IN):
            if SIGN_UP.search(path):
                continue  # it would answer with a token, of one more user each time
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
    return user["user"] if body in USERS else body


def is_registration(login: Login) -> bool:
    """Whether a step creates the user and gives no credentials."""
    return bool(REGISTER.search(login.path)) and not login.header


PASSWORD_OF = re.compile(r"^(.*?)_?(?:PASSWORD|PASSWD|PASS|PWD|PW)$", re.IGNORECASE)
FIRST_USER = re.compile(r"super|admin|first|root|initial|default|seed", re.IGNORECASE)
NAMES = ("", "_EMAIL", "_USERNAME", "_USER", "_LOGIN", "_NAME", "_MAIL", "_USER_EMAIL")


def with_names(login: Login, users: Sequence[Mapping[str, str]]) -> Login:
    """The login with the names of variables for one of the users, so that no table has a password.

    ``users``: as :func:`first_users` gives them.
    """
    body = login.form or login.basic or login.json
    values = set(body.values()) if isinstance(body, Mapping) else set()
    user = next((one for one in users if {one["user"], one["password"]} <= values), None)
    if user is None:
        return login
    named = {user["user"]: f"${user['user_name']}", user["password"]: f"${user['password_name']}"}
    return dataclasses.replace(
        login, form=_named(dict(login.form), named), json=_named(login.json, named),
        basic=_named(dict(login.basic), named),
    )  # fmt: skip


def _named(value: Any, named: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _named(one, named) for key, one in value.items()}
    return named.get(value, value) if isinstance(value, str) else value


def first_users(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """The users that the set-up may create: ``FIRST_SUPERUSER`` and ``FIRST_SUPERUSER_PASSWORD``.
    Each with the names of its variables.

    An app may log in by mail address or by name, so each variable of the user is one.
    """
    upper = {name.upper(): text for name, text in environment.items()}
    names = {name.upper(): name for name in environment}
    found: list[dict[str, str]] = []
    for name, password in upper.items():
        stem = PASSWORD_OF.match(name)
        if stem is None or not password or not FIRST_USER.search(stem[1]):
            continue
        for end in NAMES:
            user = upper.get(f"{stem[1]}{end}")
            if user:
                found.append({
                    "user": user, "password": password,
                    "user_name": names[f"{stem[1]}{end}"], "password_name": names[name],
                })  # fmt: skip
    return found
