"""What requests that delete may have removed, and what not."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import CommitsRead, RowDeleted
from squall.gates.removals import Removals

KNOWN = CommitsRead(at=9.0, transactions=10)


def deleted(column: str, key: str) -> RowDeleted:
    return RowDeleted(at=5.0, column=column, key=key, named=True, lost=False)


def removals(evidence: Any, make: Any, *events: Any, path: str = "/authors/3") -> Removals:
    reads = [make.op(n, name=name, request=f"GET /{name}/{n}") for name in READS for n in (1, 2)]
    deletes = make.op(5, name="delete", request=f"DELETE {path}", effect="write", status=204)
    return Removals(evidence([*reads, deletes], [*make.outage(), *events]))


READS = ("authors", "books")


@pytest.mark.parametrize(
    ("request_line", "name", "may"),
    [
        ("GET /authors/3", "authors", True),
        ("GET /authors/3/books", "authors", True),
        ("GET /authors", "authors", True),
        ("GET /authors/4", "authors", False),
        ("GET /books/8", "books", True),
        ("GET /books/9", "books", False),
        ("GET /books/3", "books", False),
        ("GET /me", "me", True),
    ],
)
def test_what_they_name_and_what_goes_with_it(
    evidence: Any, make: Any, request_line: str, name: str, may: bool
) -> None:
    rows = deleted("authors.id", "3"), deleted("books.id", "8")
    found = removals(evidence, make, *rows, KNOWN)
    assert found.may_concern(make.op(7, name=name, request=request_line)) is may


def test_two_tables_with_one_number(evidence: Any, make: Any) -> None:
    rows = deleted("authors.id", "3"), deleted("books.id", "3")
    found = removals(evidence, make, *rows, KNOWN)
    assert found.may_concern(make.op(7, name="books", request="GET /books/3"))


def test_without_the_servers_log_anything_may_be_gone(evidence: Any, make: Any) -> None:
    assert removals(evidence, make).may_concern(make.op(7, name="books", request="GET /books/9"))


def test_a_load_that_deletes_nothing(evidence: Any, make: Any) -> None:
    found = Removals(evidence([make.op(1, request="GET /books/9")], [*make.outage(), KNOWN]))
    assert not found
    assert not found.may_concern(make.op(7, name="books", request="GET /books/9"))
