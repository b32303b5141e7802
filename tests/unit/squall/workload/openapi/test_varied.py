"""Updates send numbers that differ, where the schema says which there are."""

from __future__ import annotations

from typing import Any

import pytest
from squall.workload.openapi.varied import varied

WIDE = {"type": "integer", "minimum": 1, "maximum": 100_000}


@pytest.mark.parametrize(
    ("name", "given", "drawn"),
    [
        ("value", WIDE, "{int:1..999}"),
        ("value", {"type": "integer", "minimum": 0, "maximum": 9}, "{int:0..9}"),
        ("value", {"type": "integer", "minimum": 1.0, "maximum": 50.0}, "{int:1..50}"),
        ("stars", {"type": "integer", "minimum": 1, "maximum": 5}, None),
        ("value", {"type": "integer", "minimum": 1}, None),
        ("value", {"type": "number", "minimum": 1, "maximum": 900}, None),
        ("value", {**WIDE, "default": 7}, None),
        ("item_id", WIDE, None),
        ("value", {"$ref": "#/components/schemas/Wide"}, "{int:1..999}"),
    ],
)
def test_only_a_number_with_limits_of_its_own_is_drawn(
    name: str, given: dict[str, Any], drawn: str | None
) -> None:
    document = {"components": {"schemas": {"Wide": WIDE}}}
    schema = {"type": "object", "properties": {name: given, "title": {"type": "string"}}}
    found = varied(document, schema, {name: 1, "title": "a"})
    assert found == (None if drawn is None else {name: drawn, "title": "a"})


@pytest.mark.parametrize("body", ["a text", 7, [], None])
def test_what_is_no_object_stays(body: object) -> None:
    assert varied({}, {"type": "string"}, body) is None
