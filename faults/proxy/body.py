"""Request bodies as Go's encoding/json takes them: any key case, nulls, unknown keys.

Clients rely on it: some send ``"Name"``, some ``"enabled": null``, all echo back keys they got.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from faults.proxy.errors import ApiError


def decoded(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    """The first JSON value of a body; trailing bytes are ignored."""
    stripped = raw.decode("utf-8", errors="replace").lstrip()
    if not stripped:
        raise ApiError("bad request body: EOF", 400)
    try:
        value, _ = json.JSONDecoder().raw_decode(stripped)
    except (ValueError, RecursionError) as error:
        raise ApiError(f"bad request body: {error}", 400) from error
    return _lowered(value)


def _lowered(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Top-level keys in lower case, of an object or of a list's objects."""
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    if isinstance(value, dict):
        return {str(key).lower(): item for key, item in value.items()}
    return value


def an_object(value: object) -> Mapping[str, Any]:
    """A JSON object; null means one that gives nothing."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError("bad request body: an object is needed", 400)
    return value


def text(given: Mapping[str, Any], key: str) -> str:
    """A string, empty when missing or null."""
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ApiError(f"bad request body: {key} must be a string", 400)
    return value


def boolean(given: Mapping[str, Any], key: str, *, default: bool) -> bool:
    """A boolean, the default when missing or null."""
    value = given.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise ApiError(f"bad request body: {key} must be true or false", 400)
    return value


def number(given: Mapping[str, Any], key: str, *, default: float) -> float:
    """A number, the default when missing or null."""
    value = given.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ApiError(f"bad request body: {key} must be a number", 400)
    return float(value)


def integer(given: Mapping[str, Any], key: str) -> int | None:
    """A positive whole number, or None when missing or null."""
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ApiError(f"bad request body: {key} must be a positive whole number", 400)
    return value
