"""Bodies from the names and formats of a schema: made at once, and likely to be accepted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from squall.workload.openapi.document import CannotGenerate
from squall.workload.openapi.likely import likely_bodies, likely_value
from squall.workload.openapi.likely_text import PASSWORD
from squall.workload.operations import Operation, requests


def sent(body: Any) -> Any:
    """The body as the load sends it."""
    operation = Operation(name="w", method="POST", path="/", effect="write", body=body)
    return next(requests([operation], 1, "run")).body


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


@pytest.mark.parametrize(
    ("name", "given", "pattern"),
    [
        ("email", {"type": "string", "format": "email"}, r"squall-run-0@example\.com"),
        ("password", {"type": "string", "minLength": 8}, re.escape(PASSWORD)),
        ("confirm_password", {"type": "string"}, re.escape(PASSWORD)),
        ("username", {"type": "string", "maxLength": 20}, r"squall\d{9}"),
        ("title", {"type": "string"}, "squall run-0"),
        ("title", {"type": "string", "maxLength": 12}, r"s\d{9}"),
        ("code", {"type": "string", "maxLength": 3}, "a"),
        ("code", {"type": "string", "minLength": 30, "maxLength": 90}, r"squall run-0x{13,}"),
        ("code", {"type": "string", "pattern": "^[a-z0-9]{3,20}$"}, r"squall\d{9}"),
        ("day", {"type": "string", "format": "date"}, r"2030-01-15"),
        ("key", {"type": "string", "format": "uuid"}, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("kind", {"type": "string", "enum": ["large", "small"]}, "large"),
        ("kind", {"anyOf": [{"type": "null"}, {"const": "x"}]}, "x"),
    ],
)
def test_texts_fit_their_name_and_their_bounds(
    name: str, given: dict[str, Any], pattern: str
) -> None:
    (body, *_) = likely_bodies({}, schema(**{name: given}))
    assert re.fullmatch(pattern, sent(body)[name])


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "maximum": 0}, 0),
        ({"type": ["boolean", "null"]}, True),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "minItems": 2, "items": {"type": "integer"}}, [1, 1]),
        ({"type": "integer", "default": 7}, 7),
    ],
)
def test_other_values_fit_their_bounds(given: dict[str, Any], value: Any) -> None:
    assert likely_value({}, given) == value


def test_a_body_with_every_field_comes_before_one_with_the_required_fields() -> None:
    given = schema(name={"type": "string"}) | {
        "properties": {"name": {"type": "string"}, "owner_id": {"type": "integer"}}
    }
    assert [sorted(one) for one in likely_bodies({}, given)] == [["name", "owner_id"], ["name"]]


def test_a_third_body_has_further_fields_of_its_own_and_names_no_other_thing() -> None:
    text = {"type": "string"}
    given = schema(title=text) | {
        "properties": {"title": text, "content": {"anyOf": [text, {"type": "null"}]},
                       "status": {**text, "default": "draft"}, "category_id": {"type": "integer"},
                       "at": {"anyOf": [{**text, "format": "date-time"}, {"type": "null"}]},
                       "tagIds": {"type": "array"}, "paid": {"type": "boolean", "default": False}}
    }  # fmt: skip
    assert [sorted(one) for one in likely_bodies({}, given)][:3] == [
        ["at", "category_id", "content", "paid", "status", "tagIds", "title"],
        ["title"],
        ["content", "title"],
    ]


def test_an_update_of_nothing_comes_last() -> None:
    changes = {"properties": {"title": {"type": "string"}, "owner_id": {"type": "integer"}}}
    assert [sorted(one) for one in likely_bodies({}, changes)] == [
        ["owner_id", "title"], ["title"], [],
    ]  # fmt: skip


def test_nested_objects_and_parts_of_a_whole_are_followed() -> None:
    document = {
        "components": {
            "schemas": {
                "Base": {"properties": {"title": {"type": "string"}}, "required": ["title"]},
                "Article": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Base"},
                        {"properties": {"body": {"type": "string"}}, "required": ["body"]},
                    ]
                },
            }
        }
    }
    given = schema(article={"$ref": "#/components/schemas/Article"})
    (body,) = likely_bodies(document, given)
    assert sorted(body["article"]) == ["body", "title"]


def test_a_schema_that_holds_itself_has_no_endless_body() -> None:
    node: dict[str, Any] = schema(child={"$ref": "#/components/schemas/Node"})
    with pytest.raises(CannotGenerate, match="nested too deep"):
        likely_bodies({"components": {"schemas": {"Node": node}}}, node)


def test_a_pattern_that_no_known_text_fits_is_left_to_the_drawing() -> None:
    with pytest.raises(CannotGenerate, match="no text is known"):
        likely_bodies({}, schema(code={"type": "string", "pattern": "^[XYZ]{7}$"}))


def test_one_body_has_an_item_in_each_list() -> None:
    item = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": item}}}
    assert likely_bodies({}, schema) == ({"items": []}, {"items": [{"n": 1}]}, {})


def test_a_list_of_things_has_three_different_items_at_first() -> None:
    properties = {
        "sensor_id": {"type": "integer", "minimum": 1, "maximum": 9},
        "value": {"type": "number", "minimum": -5, "maximum": 150.5},
        "free": {"type": "number"},
        "name": {"type": "string"},
        "mark": {"type": "string", "format": "uuid"},
    }
    item = {"type": "object", "properties": properties, "required": list(properties)}
    first, second, third = likely_bodies({}, {"type": "array", "items": item})
    drawn = {"sensor_id": 1, "value": "{int:0..150}", "free": 1,
             "mark": "5a1e0000-0000-4000-8000-000{unique}"}  # fmt: skip
    names = ["squall {key}", "squall {key}-1", "squall {key}-2"]
    assert first == [{**drawn, "name": name} for name in names]
    assert second == [{**drawn, "value": 1, "name": "squall {key}"}]
    assert third == []


def test_a_list_of_keys_names_one_at_most() -> None:
    given = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 9}}
    assert likely_bodies({}, given) == ([], [1])


def test_an_update_of_one_bounded_number_has_another_value_each_time() -> None:
    price = {"type": "integer", "minimum": 1, "maximum": 10_000}
    given = schema(price=price, name={"type": "string"})
    plain = {"price": 1, "name": "squall {key}"}
    assert likely_bodies({}, given, updates=True) == ({**plain, "price": "{int:1..1000}"}, plain)
    assert likely_bodies({}, given) == (plain,)
    two = schema(start=price, end=price)
    assert likely_bodies({}, two, updates=True) == ({"start": 1, "end": 1},)
    assert likely_bodies({}, schema(price={"type": "integer"}), updates=True) == ({"price": 1},)
