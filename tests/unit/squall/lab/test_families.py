"""New rows, and the new rows that refer to them: by foreign keys, or by names such as order_id."""

from __future__ import annotations

import pytest
from squall.lab.families import find_families, find_orphans, references_of
from squall.lab.wal import RowChange

TIMES = {1: 10.0, 2: 11.0}
ORDER = RowChange("orders", "insert", {}, {"id": "7", "item": "pen"}, 1)


def mail(number: int, transaction: int, text: str = "thanks") -> RowChange:
    at = f"2026-11-29 10:00:0{number}"
    new = {"id": str(number), "order_id": "7", "text": text, "at": at}
    return RowChange("mails", "insert", {}, {**new}, transaction)


def test_children_are_found_by_name_and_compared_without_ids_and_times() -> None:
    (found,) = find_families([ORDER, mail(1, 1), mail(2, 2)], TIMES, [], frozenset({"7"}))
    assert (found.at, found.parent, found.answered) == (10.0, "orders.id", "7")
    assert found.commits == {"mails.order_id": [10.0, 11.0]}
    first, second = found.alike["mails.order_id"]
    assert first == second


def test_children_that_say_something_else_are_not_alike() -> None:
    (found,) = find_families([ORDER, mail(1, 1), mail(2, 1, "bye")], TIMES, [], frozenset())
    assert len(set(found.alike["mails.order_id"])) == 2
    assert found.answered == ""


def test_a_column_may_be_named_as_what_it_refers_to() -> None:
    """Without a foreign key, and without ``_id``: ``lines.basket`` is a number of ``baskets``."""
    basket = RowChange("baskets", "insert", {}, {"id": "7", "owner": "a"}, 1)
    line = RowChange("lines", "insert", {}, {"basket": "7", "item": "3"}, 1)
    other = RowChange("lines", "insert", {}, {"basket": "8", "item": "7"}, 1)
    (found,) = find_families([basket, line, other], TIMES, [], frozenset({"7"}))
    assert found.commits == {"lines.basket": [10.0]}


def test_a_foreign_key_is_enough_whatever_its_name() -> None:
    child = RowChange("entries", "insert", {}, {"id": "1", "booked": "7"}, 2)
    declared = references_of(["entries booked orders id", "no reference"])
    (found,) = find_families([ORDER, child], TIMES, declared, frozenset())
    assert found.commits == {"entries.booked": [11.0]}


def test_a_row_without_children_is_a_family_too() -> None:
    declared = references_of(["entries booked orders id"])
    (found,) = find_families([ORDER], TIMES, declared, frozenset())
    assert found.commits == {}


def test_changed_rows_are_no_family() -> None:
    changed = RowChange("orders", "update", {}, {"id": "7"}, 1)
    assert not list(find_families([changed, mail(1, 1)], TIMES, [], frozenset()))


def test_rows_that_were_deleted_are_no_second_ones_and_a_deleted_parent_is_no_family() -> None:
    """A PUT that replaces the parts of an order, and a DELETE of the order."""
    replaced = RowChange("mails", "delete", {"id": "1", "text": None}, {}, 2)
    (found,) = find_families([ORDER, mail(1, 1), replaced, mail(2, 2)], TIMES, [], frozenset())
    assert found.commits == {"mails.order_id": [10.0, 11.0]}
    assert len(found.alike["mails.order_id"]) == 1
    gone = RowChange("orders", "delete", {"id": "7"}, {}, 2)
    assert not list(find_families([ORDER, mail(1, 1), gone], TIMES, [], frozenset()))


def line(parent: str, transaction: int = 2) -> RowChange:
    return RowChange("lines", "insert", {}, {"basket": parent, "item": "3"}, transaction)


def basket(number: str) -> RowChange:
    return RowChange("baskets", "insert", {}, {"id": number, "owner": "a"}, 1)


def test_rows_whose_parent_was_rolled_back() -> None:
    rows = [basket("7"), line("7"), line("8"), line("8"), basket("9"), line("9")]
    (found,) = find_orphans(rows, TIMES, [])
    assert (found.column, found.parent) == ("lines.basket", "baskets.id")
    assert found.commits == [11.0, 11.0]


def test_rows_of_a_parent_that_is_older_than_the_run() -> None:
    assert not list(find_orphans([basket("7"), line("7"), line("3")], TIMES, []))
    assert not list(find_orphans([line("8")], TIMES, []))


@pytest.mark.parametrize(("sale", "number"), [("7", 1), ("30", 0)])
def test_a_column_with_the_name_of_a_table_refers_to_it_if_its_rows_do(
    sale: str, number: int
) -> None:
    """``shipment.sale`` is a number of ``sale``; ``offer.price`` is an amount."""
    parent = RowChange("sale", "insert", {}, {"id": "7", "item": "3"}, 1)
    child = RowChange("shipment", "insert", {}, {"id": "1", "sale": sale}, 1)
    found = [one for one in find_families([parent, child], TIMES, [], frozenset()) if one.commits]
    assert len(found) == number
