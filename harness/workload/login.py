"""Requests that give callers their right: a registration, a login, a header of the answer.

    [[tool.squall.login]]
    path = "/api/v1/login/access-token"
    form = {username = "admin@example.com", password = "$FIRST_SUPERUSER_PASSWORD"}
    header = {Authorization = "Bearer {access_token}"}

A text that starts with ``$`` is a variable: secrets stay out of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PLACE = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One request; the last one of several gives the header."""

    path: str
    method: str = "POST"
    form: Mapping[str, str] = field(default_factory=dict)
    """Sent as a form, as OAuth 2 has it."""
    json: Any = None
    """Sent as JSON instead."""
    header: Mapping[str, str] = field(default_factory=dict)
    """Names and texts; ``{access_token}`` or ``{user.token}`` is a field of the JSON answer."""


def with_variables(value: Any, environment: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """``$NAME`` replaced by the variable; KeyError with the name of one that is not set."""
    if isinstance(value, str) and value.startswith("$"):
        return environment[value[1:]]
    if isinstance(value, Mapping):
        return {key: with_variables(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [with_variables(item, environment) for item in value]
    return value


def headers_of(login: Login, answer: object) -> dict[str, str]:
    """The headers that the answer gives; KeyError with the field that it has not."""
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
