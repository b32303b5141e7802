"""Texts for parameters that the document has no example of."""

from __future__ import annotations

import pytest
from squall.workload.openapi.derive import derive_operations
from squall.workload.openapi.media import with_known_ids
from squall.workload.openapi.values import Harvest

STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("place", "name", "schema", "value"),
    [
        ("query", "search_term", STRING, "squall"),
        ("query", "on", {"type": "string", "format": "date"}, "2030-01-15"),
        ("query", "since", {"anyOf": [{"type": "string", "format": "date-time"},
                                      {"type": "null"}]}, "2030-01-15T10%3A00%3A00Z"),
        ("query", "email", STRING, "squall%40example.com"),
        ("query", "booking_date", STRING, "2030-01-15"),
        ("query", "message", STRING, "squall"),
        ("query", "search_terms", {"type": "array", "items": STRING}, "squall"),
        ("query", "message_ids", {"type": "array", "items": STRING}, None),
        ("query", "message_id", STRING, None),
        ("query", "code", STRING, None),
        ("query", "owner_id", STRING, None),
        ("query", "owner", {"type": "string", "format": "uuid"}, None),
        ("query", "sort", {"type": "string", "default": "age"}, "age"),
        ("path", "search_term", STRING, None),
    ],
)  # fmt: skip
def test_what_a_client_asks_for_is_likely_and_an_identity_is_not_guessed(
    place: str, name: str, schema: object, value: str | None
) -> None:
    path = f"/things/{{{name}}}" if place == "path" else "/things"
    parameter = {"name": name, "in": place, "required": True, "schema": schema}
    document = {"paths": {path: {"get": {"parameters": [parameter]}}}}
    found = derive_operations(document, writes=False, seed=1)
    wanted = [] if value is None else [f"/things?{name}={value}"]
    assert [one.path for one in found.operations] == wanted


@pytest.mark.parametrize(
    "path", ["/items/name/{name}", "/items/by-name/{name}", "/items/get-by-name/{name}"]
)
def test_a_segment_that_repeats_the_parameter_is_no_resource(path: str) -> None:
    harvest = Harvest()
    harvest.read("/items", '[{"name": "lamp"}]')
    assert harvest.values(path, "name") == ["lamp"]


@pytest.mark.parametrize(
    ("answered", "path", "name"),
    [
        ("/books", "/books/{book_uid}", "book_uid"),
        ("/books", "/shelf/{book_uid}/lend", "book_uid"),
        ("/books", "/shelf/{book_uuid}", "book_uuid"),
        ("/reading-groups", "/reading-groups/{group_pk}", "group_pk"),
    ],
)
def test_an_identity_is_known_by_each_usual_end_of_its_name(
    answered: str, path: str, name: str
) -> None:
    harvest, end = Harvest(), name.rpartition("_")[2]
    harvest.read(answered, f'[{{"{end}": "x-1"}}]')
    assert harvest.values(path, name) == ["x-1"]


def test_a_field_takes_a_known_identity_only_by_its_name() -> None:
    harvest = Harvest()
    harvest.read("/books", '[{"uid": "x-1", "id": 7, "paid": "no"}]')
    harvest.read("/token", '{"refresh_token": "given-out"}')
    body = {"book_uid": "?", "bookId": 1, "paid": "?", "refresh_token": "?"}
    assert with_known_ids("/loans", body, harvest) == {
        "book_uid": "x-1", "bookId": 7, "paid": "?", "refresh_token": "given-out"
    }  # fmt: skip


def test_people_by_another_name_are_users() -> None:
    harvest = Harvest()
    harvest.read("/users", '[{"id": "u-1"}, {"id": "u-2"}]')
    harvest.read("/chats", '[{"id": "c-1"}]')
    body = {"participant_ids": ["?"], "owner_id": "?", "chat_ids": ["?"], "tags": ["?"]}
    assert with_known_ids("/chats", body, harvest) == {
        "participant_ids": ["u-2"], "owner_id": "u-1", "chat_ids": ["c-1"], "tags": ["?"]
    }  # fmt: skip
