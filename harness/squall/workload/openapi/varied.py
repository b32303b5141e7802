"""Updates that differ: of values that are always the same nobody can tell a new one from an old.

    PUT /settings/7 {"value": 1}              each time: a cache that is behind shows 1, too
    PUT /settings/7 {"value": "{int:1..999}"}

Only whole numbers whose least and most the schema says, and that name no other thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from squall.workload.openapi.document import resolve_references
from squall.workload.openapi.likely import REFERENCE
from squall.workload.openapi.likely_text import whole_number

SPAN = 998
LEAST_VALUES = 6
"""Fewer say little, and may be steps of something, such as stars or a state."""
FIXED = ("default", "const", "enum", "example", "multipleOf")


def varied(document: Mapping[str, Any], schema: object, body: object) -> dict[str, Any] | None:
    """The body with draws for such numbers; None if it has none."""
    if not isinstance(body, Mapping) or not isinstance(schema, Mapping):
        return None
    fields = resolve_references(document, schema).get("properties")
    drawn = {
        name: draw
        for name in body
        if isinstance(fields, Mapping) and (draw := _draw(document, name, fields.get(name)))
    }
    return {**body, **drawn} if drawn else None


def _draw(document: Mapping[str, Any], name: str, schema: object) -> str:
    given = resolve_references(document, schema if isinstance(schema, Mapping) else {})
    if given.get("type") != "integer" or REFERENCE.search(name) or set(FIXED) & set(given):
        return ""
    if not isinstance(given.get("minimum"), int | float) or "maximum" not in given:
        return ""
    least = whole_number(given["minimum"], 0)  # FastAPI writes 1.0
    ends = min(whole_number(given["maximum"], least), least + SPAN)
    return f"{{int:{least}..{ends}}}" if ends - least >= LEAST_VALUES else ""
