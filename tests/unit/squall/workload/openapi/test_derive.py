"""Operations from an OpenAPI document: what can be filled in, and why the rest cannot."""

from __future__ import annotations

import re
from typing import Any

import pytest
from squall.workload.openapi.derive import NOT_OURS, derive_operations
from squall.workload.operations import requests


def document(**paths: Any) -> dict[str, Any]:
    return {
        "paths": {f"/{name}": item for name, item in paths.items()},
        "components": {
            "schemas": {
                "Hero": {
                    "type": "object",
                    "required": ["name", "age"],
                    "properties": {
                        "name": {"type": "string"},
                        "age": {"type": "integer", "minimum": 3},
                    },
                }
            }
        },
    }


def parameter(name: str, place: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema}


LISTED = {"name": "days", "in": "query", "required": True}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
WORDS = {"type": "array", "items": {"type": "string", "enum": ["mon", "tue"]}}
BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Hero"}}}}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (parameter("id", "path", type="integer"), "/x/{int:1..10}"),
        (parameter("id", "path", type="integer", minimum=5, maximum=6), "/x/{int:5..6}"),
        (parameter("id", "path", type="string", enum=["a b", "c"]), "/x/a%20b"),
        (parameter("id", "path", type="string", default="d"), "/x/d"),
        (parameter("q", "query", type="boolean"), "/x/{id}?q=true"),
        (
            parameter("q", "query", anyOf=[{"type": "integer"}, {"type": "null"}]),
            "/x/{id}?q={int:1..10}",
        ),
        (LISTED | {"schema": NUMBERS}, "/x/{id}?days={int:1..10}"),
        (LISTED | {"schema": NUMBERS | {"example": [4, 5]}}, "/x/{id}?days=4"),
        (LISTED | {"schema": WORDS}, "/x/{id}?days=mon"),
    ],
)
def test_parameters_are_filled_in(given: dict[str, Any], path: str) -> None:
    paths = {"/x/{id}": {"get": {"parameters": [given]}}}
    found = derive_operations({"paths": paths}, writes=False, seed=1)
    assert [operation.path for operation in found.operations] == [path]


def test_what_cannot_be_filled_in_is_left_out_with_the_reason() -> None:
    whole = document(
        free={"get": {"parameters": [parameter("id", "query", type="string")]}},
        upload={"post": {"requestBody": {"content": {"text/csv": {}}}}},
        gone={"get": {"parameters": [{"$ref": "#/components/parameters/Nowhere"}]}},
    )
    found = derive_operations(whole, writes=True, seed=1)
    assert found.operations == ()
    assert dict(found.left_out) == {
        "GET /free": "no value for 'id': the document has no example of it",
        "POST /upload": "its body is text/csv: neither JSON nor a form",
        "GET /gone": "#/components/parameters/Nowhere is not in the document",
    }


def test_writes_are_asked_only_on_request_and_only_what_the_load_made_is_deleted() -> None:
    whole = document(heroes={"post": {"requestBody": BODY}, "delete": {}})
    assert dict(derive_operations(whole, writes=False, seed=1).left_out) == {
        "POST /heroes": "writes are requested only with --writes",
        "DELETE /heroes": "writes are requested only with --writes",
    }
    found = derive_operations(whole, writes=True, seed=1)
    assert dict(found.left_out) == {"DELETE /heroes": NOT_OURS}
    (operation,) = found.operations
    assert (operation.method, operation.effect) == ("POST", "write")


def test_bodies_fit_their_schema_and_repeat_with_the_seed() -> None:
    whole = document(heroes={"post": {"requestBody": BODY}})
    first, again = (derive_operations(whole, writes=True, seed=7).operations[0] for _ in range(2))
    assert first.bodies == again.bodies
    assert first.bodies
    for body in first.bodies:
        assert body["name"].isascii()
        assert 3 <= body["age"] <= 1003
    drawn = next(requests([first], 3, "run")).body
    assert re.fullmatch(r"squall run-0", drawn["name"]), "each write can be found again"


def test_a_write_that_takes_an_idempotency_key_gets_one() -> None:
    """Required or not, and then its repeats are known to the app."""
    key = {"name": "idempotency-key", "in": "header", "schema": {"type": "string"}}
    whole = {"paths": {"/x": {"post": {"parameters": [key]}}}}
    (found,) = derive_operations(whole, writes=True, seed=1).operations
    assert (found.effect, dict(found.headers)) == ("idempotent-write", {"idempotency-key": "{key}"})
