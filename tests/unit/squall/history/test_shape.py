"""Shapes: what is kept of a body, so that answers can be compared, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.history.shape import MAX_PLACES, describe_body, read_shape

JSON = "application/json"


def shape_of(value: Any, content_type: str = JSON) -> Any:
    return read_shape(describe_body(json.dumps(value), content_type))


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (
            {"id": 7, "name": "pen", "price": 1.5, "sold": True, "note": None, "text": ""},
            {"": "object", ".id": "=7", ".name": "text", ".price": "number", ".sold": "truth",
             ".note": "null", ".text": "empty-text"},
        ),
        ([{"order_id": "a"}, {}], {"": 2, "[]": "object", "[].order_id": "=a"}),
        ({"items": [], "total": 0}, {"": "object", ".items": 0, ".total": "zero"}),
        ({}, {"": "empty-object"}),
        (None, {"": "null"}),
    ],
)  # fmt: skip
def test_what_is_kept(value: Any, shape: Any) -> None:
    assert shape_of(value) == shape


def test_values_that_identify_nothing_are_not_kept() -> None:
    assert "secret" not in describe_body('{"password": "secret"}', JSON)


def test_what_is_no_json_has_no_shape_and_broken_json_says_so() -> None:
    assert describe_body("<html>", "text/html") == ""
    assert read_shape(describe_body("{", JSON)) == {"": "malformed"}
    assert shape_of({"title": "x"}, "application/problem+json") == {"": "object", ".title": "text"}


def test_a_shape_is_bounded() -> None:
    assert len(shape_of({f"field{n}": n for n in range(1000)})) == MAX_PLACES
    assert describe_body(json.dumps("x" * 70_000), JSON) == ""
