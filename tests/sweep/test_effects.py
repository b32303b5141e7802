"""Effects: what repeats agree on, and how a cell's rows compare with it."""

from __future__ import annotations

import pytest
from squall.lab.wal import Row, RowChange
from squall.sweeping.effects import EffectKind, ExpectedEffect, learn_effect


def order(key: str, number: int, quantity: int = 2) -> RowChange:
    row: Row = {"id": str(number), "key": key, "quantity": str(quantity)}
    return RowChange("orders", "insert", {}, row)


def stock(before: int, by: int = 2) -> RowChange:
    return RowChange("items", "update", {"stock": str(before)}, {"stock": str(before - by)})


AUDIT = RowChange("audit", "insert", {}, {"text": "failed"})


@pytest.fixture
def effect() -> ExpectedEffect:
    learned = learn_effect([[order("a", 1), stock(10)], [order("b", 2), stock(8)]])
    assert learned is not None
    return learned


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param([], EffectKind.NOTHING, id="nothing"),
        pytest.param([order("c", 3), stock(6)], EffectKind.ONCE, id="another key and number"),
        pytest.param([stock(6), order("c", 3)], EffectKind.ONCE, id="in another order"),
        pytest.param([order("c", 3)], EffectKind.HALF, id="the stock is missing"),
        pytest.param(
            [order("c", 3), stock(6), order("d", 4), stock(4)], EffectKind.TWICE, id="twice"
        ),
        pytest.param([order("c", 3), order("d", 4), stock(4)], EffectKind.TWICE, id="one row more"),
        pytest.param([order("c", 3), stock(6, by=4)], EffectKind.OTHER, id="another amount"),
        pytest.param([order("c", 3), stock(6), AUDIT], EffectKind.ONCE, id="a table of its own"),
        pytest.param([AUDIT], EffectKind.NOTHING, id="only a table of its own"),
    ],
)
def test_rows_are_compared_without_what_differs_each_time(
    effect: ExpectedEffect, changes: list[RowChange], kind: EffectKind
) -> None:
    assert effect.compare(changes) is kind


def test_several_requests_have_several_effects(effect: ExpectedEffect) -> None:
    two = [order("c", 3), stock(6), order("d", 4), stock(4)]
    assert effect.compare(two, times=2) is EffectKind.ONCE
    assert effect.compare(two[:2], times=2) is EffectKind.HALF


def test_an_upsert_that_is_repeated_has_no_second_effect() -> None:
    note: dict[str, str | None] = {"key": "a", "title": "x"}
    insert, again = RowChange("note", "insert", {}, note), RowChange("note", "update", note, note)
    learned = learn_effect([[insert], [RowChange("note", "insert", {}, {**note, "key": "b"})]])
    assert learned is not None
    assert learned.compare([insert, again]) is EffectKind.ONCE
    assert learned.compare([again]) is EffectKind.NOTHING
    other = RowChange("note", "update", note, {**note, "title": "y"})
    assert learned.compare([insert, other]) is EffectKind.TWICE


def test_a_write_of_the_same_values_is_an_effect_if_it_always_is_one() -> None:
    row: dict[str, str | None] = {"id": "1", "title": "x"}
    same = RowChange("note", "update", row, row)
    learned = learn_effect([[same], [same]])
    assert learned is not None
    assert learned.compare([same]) is EffectKind.ONCE
    assert learned.compare([]) is EffectKind.NOTHING


def test_repeats_that_disagree_teach_nothing() -> None:
    assert learn_effect([[order("a", 1)], [order("b", 2), stock(8)]]) is None


def test_a_read_has_no_effect() -> None:
    learned = learn_effect([[], []])
    assert learned is not None
    assert not learned.rows
