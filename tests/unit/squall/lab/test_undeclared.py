"""What an app offers besides the declared operations."""

from __future__ import annotations

from squall.lab.undeclared import left_over
from squall.workload.openapi.document import read_document
from squall.workload.operations import Operation

DOCUMENT = read_document(
    {
        "servers": [{"url": "/api"}],
        "paths": {
            "/items/{item_id}": {"get": {}, "delete": {}},
            "/items.json": {"get": {}},
            "/orders": {"post": {}},
        },
    }
)


def declared(method: str, path: str) -> Operation:
    return Operation(name=path, method=method, path=path, effect="read")


def test_what_is_declared_is_found_whatever_its_values_are() -> None:
    found = left_over(
        DOCUMENT, [declared("GET", "/api/items/{int:1..9}?x=1"), declared("POST", "/api/orders")]
    )
    assert [one.operation for one in found] == ["GET /items.json", "DELETE /items/{item_id}"]
    assert {one.asked for one in found} == {False}


def test_a_path_outside_of_the_document_is_none_of_its_operations() -> None:
    assert (
        len(left_over(DOCUMENT, [declared("GET", "/items/1"), declared("GET", "/api/items-json")]))
        == 4
    )
