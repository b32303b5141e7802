"""Rows that a path names are told with digests of their values."""

from __future__ import annotations

from squall.core.events import RowChanged
from squall.history.op import Op, Outcome
from squall.history.shape import digest_of
from squall.lab.changed_rows import find_changed_rows
from squall.lab.wal import RowChange

PUT = Op(
    id=0, name="set-stock", effect="write", key="a-1", intended=0.0, sent=0.0, done=0.0,
    outcome=Outcome.APPLIED, status=200, error=None, content_type=None, retry_after=None, body="",
    request="PUT /items/7/stock?by=me", wanted='{"stock":"#0000"}',
)  # fmt: skip
CHANGES = [
    RowChange("items", "update", {}, {"id": "7", "stock": "5", "note": None}, 1),
    RowChange("items", "update", {}, {"id": "8", "stock": "6"}, 1),
    RowChange("items", "delete", {"id": "7"}, {}, 2),
]


def test_only_rows_that_a_path_names_are_told_and_without_their_values() -> None:
    values = {"id": digest_of("7"), "stock": digest_of("5")}
    found = list(find_changed_rows(CHANGES, {1: 3.0, 2: 4.0}, [PUT]))
    assert found == [RowChanged(at=3.0, table="items", ids={"id": "7"}, values=values)]


def test_of_too_many_each_row_is_told_once_and_without_values() -> None:
    many = [
        RowChange("items", "update", {}, {"id": "7", "stock": f"{n}.5"}, 1) for n in range(9999)
    ]
    found = list(find_changed_rows([*CHANGES, *many], {1: 3.0, 2: 4.0}, [PUT]))
    assert found == [RowChanged(at=3.0, table="items", ids={"id": "7"}, values={})]


def test_a_number_has_one_digest_however_it_is_written() -> None:
    assert digest_of("5") == digest_of("5.00") == digest_of("5.0") != digest_of("05")


def test_rows_are_told_apart_by_their_keys() -> None:
    key = ("shop", "id")
    some = [
        RowChange("items", "update", {}, {"shop": shop, "id": "7", "stock": stock}, 1, key)
        for shop, stock in (("1", "5"), ("2", "5"), ("1", "6"))
    ]
    first, other, again = find_changed_rows(some, {1: 3.0}, [PUT])
    assert first.row == again.row != other.row
    (without,) = find_changed_rows(CHANGES[:1], {1: 3.0}, [PUT])
    assert without.row == ""


def test_the_keys_of_a_json_object_count_as_columns() -> None:
    papers = '{"place": "hall 7", "floor": 5.0, "tags": ["a"], "none": null}'
    row = RowChange("items", "update", {}, {"id": "7", "papers": papers, "list": "{1,2}"}, 1)
    (found,) = find_changed_rows([row], {1: 3.0}, [PUT])
    assert found.values["papers.place"] == digest_of("hall 7")
    assert found.values["papers.floor"] == digest_of("5")
    assert set(found.values) == {"id", "papers", "list", "papers.place", "papers.floor"}
