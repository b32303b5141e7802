"""What may differ between two bodies of an operation, as its schema says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import pytest
from squall.workload.openapi.varied import Varying, vary
from squall.workload.operations import Operation, requests, with_equal_bodies

WHOLE: dict[str, Any] = {"type": "integer"}
SMALL = {"type": "integer", "minimum": 1, "maximum": 8}


def known(name: str) -> Sequence[str]:
    return {"user_id": ["7", "9"], "tag": ["t1", "t2", "t3"], "item_id": ["1", "2", "3", "4"],
            "room_uuid": ["5a1e", "5a1f"], "single_id": ["3"]}.get(name, [])  # fmt: skip


def varied(body: dict[str, Any], schema: dict[str, Any], **given: Any) -> Any:
    varying = Varying(document={}, known=known, **given)
    return vary(body, varying.of({"properties": schema}, body))


@pytest.mark.parametrize(
    ("name", "value", "schema", "expected"),
    [
        ("user_id", 1, WHOLE, "{different:int:7|9}"),
        ("item_id", 1, WHOLE, "{different:int:1|2|3}"),
        ("room_uuid", "5a1e", {"type": "string"}, "{different:5a1e|5a1f}"),
        ("item_ids", [4], {"type": "array"}, ["{different:int:2|3|4}"]),
        ("single_id", 3, WHOLE, 3),
        ("unknown_id", 1, WHOLE, 1),
        ("nights", 1, SMALL, "{int:1..3}"),
        ("nights", 7, SMALL, "{int:7..8}"),
        ("nights", 1, SMALL | {"maximum": 1}, 1),
        ("step", 5, {"type": "integer", "multipleOf": 5}, "{different:int:5|10|15}"),
        ("price", 1, {"type": "number", "exclusiveMaximum": 3}, "{int:1..2}"),
        ("price", 1.5, {"type": "number"}, 1.5),
        ("given", 4, WHOLE | {"example": 4}, 4),
        ("open", True, {"type": "boolean"}, True),
        ("id", 1, WHOLE, 1),
        ("kind", "gift", {"enum": ["gift", "rent", "fee"]}, "{one:gift|rent}"),
        ("kind", "a|b", {"enum": ["a|b", "c"]}, "a|b"),
        ("role", "buyer", {"type": "string", "pattern": "^(buyer|seller)$"}, "{one:buyer|seller}"),
        ("title", "a {key}", {"type": "string"}, "a {key}"),
        ("note", None, {"type": "string"}, None),
    ],
)
def test_a_value_differs_as_its_schema_and_what_is_known_allow(
    name: str, value: object, schema: dict[str, Any], expected: object
) -> None:
    assert varied({name: value}, {name: schema}) == {name: expected}


def test_numbers_with_equal_bounds_may_name_things_of_one_kind_and_differ() -> None:
    body = {"payer": 1, "payee": 1, "cents": 1}
    schema = {"payer": SMALL, "payee": SMALL, "cents": SMALL | {"maximum": 100}}
    assert varied(body, schema) == {
        "payer": "{different:int:1|2|3}", "payee": "{different:int:1|2|3}",
        "cents": "{int:1..3}",
    }  # fmt: skip


def test_they_differ_together() -> None:
    body = {"payer": 1, "payee": 1, "cents": 1}
    schema = {"payer": SMALL, "payee": SMALL, "cents": SMALL | {"maximum": 100}}
    found = Varying(document={}, known=known).of({"properties": schema}, body)
    assert [one.is_of_several for one in found] == [True, False]


def test_an_order_gets_two_lines_for_two_things() -> None:
    line = {"properties": {"item_id": WHOLE, "count": SMALL}}
    body = {"lines": [{"item_id": 1, "count": 1}]}
    one = {"item_id": "{different:int:1|2|3}", "count": "{int:1..3}"}
    schema = {"lines": {"type": "array", "items": line}}
    assert varied(body, schema) == {"lines": [one, one]}
    assert varied(body, {"lines": {**schema["lines"], "maxItems": 1}}) == {"lines": [one]}


def test_lines_that_name_nothing_stay_as_many() -> None:
    body, line = {"lines": [{"count": 1}]}, {"properties": {"count": SMALL}}
    schema = {"lines": {"type": "array", "items": line}}
    assert varied(body, schema) == {"lines": [{"count": "{int:1..3}"}]}
    assert varied({"lines": []}, schema) == {"lines": []}


def test_where_the_path_names_a_row_only_references_differ() -> None:
    body = {"to": {"user_id": 1}, "cents": 1, "kind": "gift"}
    schema = {"to": {"properties": {"user_id": WHOLE}}, "cents": SMALL,
              "kind": {"enum": ["gift", "rent"]}}  # fmt: skip
    assert varied(body, schema, references_only=True) == {
        "to": {"user_id": "{different:int:7|9}"}, "cents": 1, "kind": "gift",
    }  # fmt: skip


def test_a_list_of_things_stays_as_it_is() -> None:
    assert Varying(document={}, known=known).of({"type": "array"}, [{"user_id": 1}]) == ()


PAY = Operation(
    name="pay", method="POST", path="/payments", effect="write", plain_bodies=({"payer": 1},),
    bodies=({"payer": "{different:int:1|2|3}", "payee": "{different:int:1|2|3}"},),
)  # fmt: skip


def test_two_references_of_one_body_differ_in_both_orders_and_follow_the_seed() -> None:
    first, again, other = (
        [one.body for one in islice(requests((PAY,), seed, "run"), 60)] for seed in (1, 1, 2)
    )
    assert first == again != other
    pairs = {(one["payer"], one["payee"]) for one in first}
    assert pairs == {(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a != b}


def test_more_places_than_values_repeat_them() -> None:
    three = dict.fromkeys("abc", "{different:x|y}")
    body = next(requests((Operation(name="a", method="POST", path="/", effect="write",
                                    body=three),), 1, "run")).body  # fmt: skip
    assert set(body.values()) == {"x", "y"}


def test_differences_can_be_taken_back() -> None:
    (plain,) = with_equal_bodies((PAY,), {"pay"})
    assert plain.bodies == ({"payer": 1},)
    assert not plain.plain_bodies
    assert with_equal_bodies((PAY, plain), {"read"}) == (PAY, plain)
    assert with_equal_bodies((plain,), {"pay"}) == (plain,)
