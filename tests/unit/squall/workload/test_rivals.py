"""Who wants the same thing at the same time, and who looks at it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from squall.history.op import FIRST_EXTRA, FIRST_NEIGHBOUR, FIRST_ONLOOKER, FIRST_RIVAL
from squall.workload.operations import Operation, PlannedRequest, requests
from squall.workload.readers import reader_of
from squall.workload.rivals import THIRD, neighbours, rivals_of

READ = Operation(name="read", method="GET", path="/items/{int:1..9}", effect="read")
LIST = Operation(name="list", method="GET", path="/items?limit={int:1..9}", effect="read")
SET = Operation(
    name="set", method="PUT", path="/items/{int:1..9}/stock", effect="idempotent-write",
    body={"stock": "{int:1..99}", "note": ["{key}", "{unique}"]}, headers={"Key": "{key}"},
)  # fmt: skip


def drawn(operation: Operation) -> PlannedRequest:
    return next(islice(requests((operation,), 1, "run"), 1))


def test_a_rival_wants_the_same_with_a_key_of_its_own() -> None:
    own = drawn(SET)
    rival, third, look = rivals_of(own, (READ, LIST, SET))
    assert (rival.id, rival.key) == (FIRST_RIVAL, f"run-{FIRST_RIVAL}")
    assert rival.path == own.path
    assert rival.body["stock"] == own.body["stock"]
    assert rival.headers == {"Key": f"run-{FIRST_RIVAL}"}
    assert rival.body["note"][0] == f"run-{FIRST_RIVAL}"
    assert rival.body["note"][1] != own.body["note"][1]
    assert (third.id, third.key) == (FIRST_RIVAL + THIRD, f"run-{FIRST_RIVAL + THIRD}")
    assert (third.path, third.body["note"][0]) == (own.path, third.key)
    assert third.body["stock"] != own.body["stock"]
    assert third == list(rivals_of(own, (READ, SET)))[1], "by the seed"
    assert (look.id, look.key, look.body) == (FIRST_ONLOOKER, None, None)
    assert look.path == own.path.removesuffix("/stock")


def test_two_new_things_are_made_at_once_and_no_third_one() -> None:
    (rival,) = rivals_of(drawn(replace(SET, method="POST")), (READ, SET))
    assert rival.id == FIRST_RIVAL


def test_reads_extra_requests_and_follow_ups_have_no_rivals() -> None:
    assert not list(rivals_of(drawn(READ), (READ, SET)))
    assert not list(rivals_of(replace(drawn(SET), id=FIRST_EXTRA), (READ, SET)))
    assert not list(rivals_of(drawn(replace(SET, after="add")), (SET,)))


@pytest.mark.parametrize(
    ("write", "read"),
    [
        ("/items/{int:1..9}", "/items/{one:1|2}"),
        ("/items/{int:1..9}/stock", "/items/{int:1..9}/stock"),
        ("/items/{int:1..9}/stock", "/items/{int:1..9}"),
    ],
)
def test_a_reader_has_the_path_of_the_item(write: str, read: str) -> None:
    update, reader = replace(SET, path=write), replace(READ, path=read)
    assert reader_of(update, (LIST, reader)) is reader


@pytest.mark.parametrize("read", ["/items", "/orders/{int:1..9}", "/items/{int:1..9}?all=1"])
def test_others_read_something_else(read: str) -> None:
    assert reader_of(replace(SET, path="/items/{int:1..9}"), (replace(READ, path=read),)) is None
    assert reader_of(replace(SET, method="POST"), (READ,)) is None


NAME = replace(SET, name="name", path="/items/{int:1..9}/name", body={"name": "{key}"})
SOLD = Operation(
    name="sell", method="POST", path="/items/{one:3|4}/sales", effect="write", body={"n": 1}
)


def test_a_neighbour_changes_the_same_thing_in_another_way() -> None:
    own = drawn(SET)
    _, neighbour = rivals_of(own, (LIST, SET, NAME))
    assert neighbour.operation is NAME
    assert neighbour.path == own.path.replace("/stock", "/name")
    assert (neighbour.id, neighbour.key) == (FIRST_NEIGHBOUR, f"run-{FIRST_NEIGHBOUR}")
    assert neighbour.body == {"name": f"run-{FIRST_NEIGHBOUR}"}
    assert list(rivals_of(own, (LIST, SET, NAME))) == list(rivals_of(own, (LIST, SET, NAME)))


def test_of_two_updates_one_has_a_neighbour_and_neighbours_take_turns() -> None:
    some = [next(islice(requests((SET,), 1, "run", first=number), 1)) for number in range(4)]
    others = [list(rivals_of(one, (SET, NAME, SOLD)))[1].operation.name for one in some]
    assert others == ["name", "set", "sell", "set"]


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/orders/{int:1..9}/name"},
        {"path": "/items"},
        {"path": "/items/{int:1..9}/notes/{int:1..9}"},
        {"path": "/items/x{int:1..9}"},
        {"method": "DELETE"},
        {"method": "GET", "effect": "read"},
        {"after": "add"},
        {"role": "admin"},
        {"least_interval_seconds": 1.0},
    ],
)
def test_what_is_no_neighbour(change: dict[str, Any]) -> None:
    assert not neighbours(SET, (SET, replace(NAME, **change)))
    assert neighbours(SET, (SET, NAME)) == [NAME]
