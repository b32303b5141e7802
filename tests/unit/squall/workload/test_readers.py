"""Which operations show what another one updates."""

from __future__ import annotations

import pytest
from squall.workload.operations import Operation
from squall.workload.readers import lister_of, reader_of


def operation(method: str, path: str) -> Operation:
    name = f"{method} {path}"
    if method == "GET":
        return Operation(name=name, method=method, path=path, effect="read")
    return Operation(name=name, method=method, path=path, effect="write")


ONE = operation("GET", "/items/{random:1..9}")
ALL = operation("GET", "/items?limit=10")
NOTES = operation("GET", "/items/{random:1..9}/notes")


@pytest.mark.parametrize(
    ("path", "reader", "lister"),
    [
        ("/items/{random:1..9}", ONE, ALL),
        ("/items/{random:1..9}/stock", ONE, None),
        ("/items/{random:1..9}/notes/{random:1..3}", None, NOTES),
        ("/others/{random:1..9}", None, None),
    ],
)
def test_the_item_and_the_list_of_an_update(
    path: str, reader: Operation | None, lister: Operation | None
) -> None:
    update = operation("PUT", path)
    known = (ONE, ALL, NOTES, update)
    assert reader_of(update, known) is reader
    assert lister_of(update, known) is lister


def test_what_makes_a_thing_has_neither() -> None:
    assert lister_of(operation("POST", "/items"), (ONE, ALL)) is None
