"""Bodies of registrations and logins: the same user in both, chosen by the names of the fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PASSWORD = "Squall-2026-Pass"  # noqa: S105 - of a user in a throw-away database
VALUES = (
    (r"mail", "squall@example.com"),
    (r"pass|pwd", PASSWORD),
    (r"phone|mobile|tel", "+14155552671"),
    (r"birth|date", "1990-01-01"),
    (r"url|link|image|avatar|website", "https://example.com/"),
    (r"user|login|nick|name", "squall"),
)


def bodies_of(document: Mapping[str, Any], post: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Media types and schemas of the bodies that an operation takes."""
    content = _resolve(document, post.get("requestBody") or {}).get("content") or {}
    for media, described in content.items():
        yield media, described.get("schema") or {}


def example(document: Mapping[str, Any], schema: Any, name: str = "", depth: int = 6) -> Any:  # noqa: ANN401 - JSON
    """A likely value for a schema, chosen by name and format."""
    schema = _resolve(document, schema)
    for key in ("allOf", "anyOf", "oneOf"):
        options = [_resolve(document, one) for one in schema.get(key) or []]
        options = [one for one in options if one.get("type") != "null"]
        if key == "allOf" and options:
            merged = [example(document, one, name, depth - 1) for one in options]
            return {
                k: v for one in merged if isinstance(one, dict) for k, v in one.items()
            } or merged[0]
        if options:
            return example(document, options[0], name, depth - 1)
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    if "properties" in schema and depth:
        required = set(schema.get("required") or [])
        return {
            key: example(document, one, key, depth - 1)
            for key, one in schema["properties"].items()
            if key in required or re.search(r"mail|pass|user|login", key)
        }
    return _scalar(schema, name)


def _scalar(schema: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    if "default" in schema and not re.search(r"mail|pass|user|login", name):
        return schema["default"]
    kind = schema.get("type")
    plain: dict[Any, Any] = {
        "integer": max(1, schema.get("minimum") or 1),
        "boolean": True,
        "array": [],
    }
    plain["number"] = plain["integer"]
    if kind in plain:
        return plain[kind]
    if schema.get("format") == "email":
        return "squall@example.com"
    if schema.get("pattern") == "password":
        return "password"  # the grant type of OAuth 2
    text = next(
        (one for pattern, one in VALUES if re.search(pattern, name, re.IGNORECASE)), "squall"
    )
    return text if kind in ("string", None) else {}


def _resolve(document: Mapping[str, Any], schema: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    for _ in range(8):
        if not isinstance(schema, Mapping):
            return {}
        place = schema.get("$ref")
        if not place:
            return dict(schema)
        schema = document
        for part in str(place).removeprefix("#/").split("/"):
            schema = schema.get(part, {}) if isinstance(schema, Mapping) else {}
    return {}
