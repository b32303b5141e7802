"""Requests that authenticate clients: a registration, a login, a header from the answer.

    [[tool.squall.login]]
    path = "/api/v1/login/access-token"
    form = {username = "admin@example.com", password = "$FIRST_SUPERUSER_PASSWORD"}
    header = {Authorization = "Bearer {access_token}"}

A text that starts with ``$`` is a variable, and ``$NAME`` in capitals is one anywhere in a text, so
that the file contains no secrets. Cookies of the answers are kept and sent, and CSRF tokens are
sent back. A later step can use fields of earlier answers: ``path = "/verify/{previous.code}"``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from squall.core.secrets import remember

PLACE = re.compile(r"\{([\w.]+)\}")
PREVIOUS = re.compile(r"\{previous\.([\w.]+)\}")
VARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One request. If there are several, the last one gives the header."""

    path: str = ""
    method: str = "POST"
    role: str = ""
    """Steps with the same role belong together. An operation that the first role may not use is
    sent with the next one.
    """
    form: Mapping[str, str] = field(default_factory=dict)
    """Sent as a form, as in OAuth 2."""
    json: Any = None
    """Sent as JSON instead."""
    basic: Mapping[str, str] = field(default_factory=dict)
    """``username`` and ``password`` are sent with every request, and ``path`` is not requested."""
    header: Mapping[str, str] = field(default_factory=dict)
    """Names and texts; ``{access_token}`` or ``{user.token}`` is a field of the JSON answer."""
    sql: tuple[str, ...] = ()
    """Statements that the administrator of the lab's database runs, instead of a request: they
    confirm a mail address, or make the user an administrator.
    """
    accept: tuple[int, ...] = ()
    """Statuses that are not failures: of a registration that cannot send its mail."""


def substitute_variables(value: Any, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Replace ``$NAME`` by the variable. Raises KeyError with the name of an unset one."""
    if isinstance(value, str):
        if value.startswith("$") and value[1:] in environment:
            return _secret(environment[value[1:]])
        return VARIABLE.sub(lambda place: _secret(environment[place.group(1)]), value)
    if isinstance(value, Mapping):
        return {key: substitute_variables(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute_variables(item, environment) for item in value]
    return value


def _secret(value: str) -> str:
    remember(value)
    return value


def with_previous(value: Any, answers: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Replace ``{previous.code}`` by a field of an earlier answer. KeyError if it is missing."""
    if isinstance(value, str):
        return PREVIOUS.sub(lambda place: _field(answers, place.group(1)), value)
    if isinstance(value, Mapping):
        return {key: with_previous(item, answers) for key, item in value.items()}
    return value


def basic_header(given: Mapping[str, str]) -> dict[str, str]:
    """The header for HTTP Basic authentication."""
    pair = f"{given.get('username', '')}:{given.get('password', '')}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode()}


def headers_of(login: Login, answer: object) -> dict[str, str]:
    """The headers from the answer. Raises KeyError with the missing field."""
    return {
        name: PLACE.sub(lambda place: _field(answer, place.group(1)), text)
        for name, text in login.header.items()
    }


def _field(answer: object, path: str) -> str:
    found = answer
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise KeyError(path)
        found = found[part]
    return str(found)
