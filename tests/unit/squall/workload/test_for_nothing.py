"""Requests for things that do not exist: what is replaced, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest
from squall.history.op import FIRST_FOR_NOTHING
from squall.workload.for_nothing import for_nothing, names_things
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest

SOME = "0b9b5f4e-8b64-4c8e-9d7a-0f3f4a0f6f11"


def request(path: str, body: Any = None, method: str = "GET") -> PlannedRequest:
    operation = Operation(
        name="one", method=method, path=path, effect="read", read_back="/one/{answer.id}"
    )
    return PlannedRequest(id=5, operation=operation, key=None, path=path, headers={}, body=body)


def test_the_last_number_of_a_path_is_another_one() -> None:
    other = for_nothing(request("/v1/shops/3/items/7?page=2"), 4)
    assert other is not None
    assert other.path == "/v1/shops/3/items/2000000004?page=2"
    assert other.id == FIRST_FOR_NOTHING + 4
    assert (other.operation.name, other.operation.read_back) == ("one, not there", None)


def test_references_in_a_body_are_other_ones_of_the_same_type() -> None:
    body = {"item_id": 7, "ownerId": SOME, "quantity": 2, "paid": True, "id": 9}
    other = for_nothing(request("/orders", body, "POST"), 4)
    assert other is not None
    assert {name for name in body if body[name] != other.body[name]} == {"item_id", "ownerId"}
    assert other.body["item_id"] == 2_000_000_004
    assert len(other.body["ownerId"]) == len(SOME)


def test_uuids_in_a_path_are_other_ones() -> None:
    other = for_nothing(request(f"/users/{SOME}"), 1)
    assert other is not None
    assert SOME not in other.path


@pytest.mark.parametrize(
    "one",
    [
        request("/items"),
        request("/login", {"name": "me", "id": 3, "void": 1}, "POST"),
        request("/feeds/7", method=WEBSOCKET),
    ],
)
def test_what_names_nothing_is_left_out(one: PlannedRequest) -> None:
    assert for_nothing(one, 1) is None


def test_a_load_names_things_or_does_not() -> None:
    plain = Operation(name="notes", method="GET", path="/notes", effect="read")
    named = Operation(name="note", method="GET", path="/notes/{int:1..9}", effect="read")
    assert not names_things([plain])
    assert names_things([plain, named])
    assert not names_things([])
