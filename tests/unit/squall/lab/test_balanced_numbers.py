"""Numbers that agree with the rows which refer to theirs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from squall.lab.balanced_numbers import find_balances
from squall.lab.wal import Row, RowChange

START = {("rooms", "id", "taken"): {str(room): Decimal(3) for room in range(4)}}
REFERENCE = ("bookings", "room", "rooms", "id")


class World:
    """Transactions, one after another."""

    def __init__(self) -> None:
        self.changes: list[RowChange] = []
        self.taken = dict.fromkeys(map(str, range(4)), 3)
        self.number = 0

    def move(self, room: str, by: int) -> None:
        self.number += 1
        self.taken[room] += by
        new: Row = {"id": room, "taken": str(self.taken[room])}
        self.changes.append(RowChange("rooms", "update", {}, new, self.number, ("id",)))

    def book(self, room: str, pieces: int = 1) -> str:
        self.number += 1
        new: Row = {"id": f"b{self.number}", "room": room, "pieces": str(pieces)}
        self.changes.append(RowChange("bookings", "insert", {}, new, self.number, ("id",)))
        return f"b{self.number}"

    def cancel(self, booking: str) -> None:
        self.number += 1
        old: Row = {"id": booking}
        self.changes.append(RowChange("bookings", "delete", old, {}, self.number, ("id",)))

    def found(self) -> list[Any]:
        times = {change.transaction: float(change.transaction) for change in self.changes}
        return list(find_balances(START, self.changes, times, [REFERENCE]))


@pytest.fixture
def world() -> World:
    """Seven bookings in four rooms, each in two transactions."""
    world = World()
    for number in range(7):
        world.move(str(number % 4), 1)
        world.book(str(number % 4))
    return world


def test_pairs_may_be_committed_in_two_transactions(world: World) -> None:
    (one,) = world.found()
    assert (one.column, one.made) == ("rooms.taken", "bookings")
    assert one.pairs == [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
    assert one.alone == []


def test_a_number_without_its_row_and_a_row_without_its_number_are_alone(world: World) -> None:
    world.move("1", 1)
    world.book("2")
    assert world.found()[0].alone == [15.0, 16.0]


def test_what_is_alone_does_not_take_the_row_of_another_request(world: World) -> None:
    world.move("1", 1)
    for _ in range(2):
        world.move("1", 1)
        world.book("1")
    assert world.found()[0].alone == [15.0]


def test_what_is_taken_back_leaves_nothing(world: World) -> None:
    world.move("1", 1)
    world.move("1", -1)
    booking = world.book("2")
    world.move("2", 1)
    world.cancel(booking)
    world.move("2", -1)
    assert world.found()[0].alone == []


def test_it_may_move_by_what_the_row_says() -> None:
    world = World()
    for number, pieces in enumerate([2, 5, 1, 3, 4, 2, 6]):
        world.move(str(number % 4), -pieces)
        world.book(str(number % 4), pieces)
    world.move("0", -9)
    (one,) = world.found()
    assert len(one.pairs) == 7
    assert one.alone == [15.0]


def test_a_number_that_has_nothing_to_do_with_the_rows_is_left_out() -> None:
    world = World()
    for number in range(8):
        world.move("0", number + 1)
        world.book("1")
    assert not world.found()
