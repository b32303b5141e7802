"""What an answer lists, as reads of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.history.entries import MAX_ENTRIES, MAX_FIELDS, as_reads, describe_entries
from squall.history.shape import describe_texts

ADA = {"id": 3, "name": "Ada", "booked": 2, "tags": ["x"]}


def texts(**fields: Any) -> Any:
    return json.loads(describe_texts(json.dumps(fields)))


@pytest.mark.parametrize("body", [[ADA], {"items": [ADA], "total": 1}], ids=["a list", "a page"])
def test_things_are_known_by_their_identity(body: Any) -> None:
    assert json.loads(describe_entries(json.dumps(body))) == {"3": texts(name="Ada", booked=2)}


@pytest.mark.parametrize(
    "body",
    [
        {"id": 7, "lines": [ADA]},
        {"items": [ADA], "others": [ADA]},
        [{"name": "Ada"}],
        [3, "Ada"],
        [{"id": 3}],
        [{"id": [3], "name": "Ada"}],
        ADA,
        "Ada",
    ],
    ids=["parts of a thing", "two lists", "no identity", "no objects", "nothing else",
         "no identity of one value", "no list", "a text"],
)  # fmt: skip
def test_what_lists_no_things(body: Any) -> None:
    assert describe_entries(json.dumps(body)) == ""


def test_what_is_no_json_lists_nothing() -> None:
    assert describe_entries("<html>") == ""


def test_a_long_list_and_a_wide_thing_are_cut() -> None:
    body = [{"id": n} | {f"field{m}": m for m in range(20)} for n in range(50)]
    found = json.loads(describe_entries(json.dumps(body)))
    assert len(found) == MAX_ENTRIES
    assert all(len(fields) == MAX_FIELDS for fields in found.values())


def test_each_is_a_read_of_its_own(make: Any) -> None:
    op = make.op(1, request="GET /doctors?limit=5", entries=describe_entries(json.dumps([ADA])))
    (read,) = as_reads([op, make.op(2, request="GET /doctors/4")])
    assert (read.id, read.name, read.request) == (op.id, op.name, "GET /doctors/3")
    assert json.loads(read.texts) == texts(name="Ada", booked=2)


def test_an_error_is_none(make: Any) -> None:
    op = make.op(1, request="GET /doctors", entries='{"3":{"name":"1"}}', status=503)
    assert not list(as_reads([op]))
