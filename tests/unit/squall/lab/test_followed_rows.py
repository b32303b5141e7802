"""New rows that later transactions change."""

from __future__ import annotations

from squall.lab.followed_rows import find_followed
from squall.lab.wal import RowChange

TIMES = {1: 0.1, 2: 0.2, 3: 0.3}
ANSWERED = frozenset({"7", "8"})


def change(
    transaction: int, number: str, state: str, kind: str = "update", at: str | None = None
) -> RowChange:
    return RowChange("orders", kind, {}, {"id": number, "state": state, "at": at}, transaction)


def test_each_column_has_the_times_of_its_changes() -> None:
    new = [change(1, "7", "new", "insert"), change(1, "8", "new", "insert")]
    later = [change(2, "7", "sent"), change(3, "7", "sent", at="2026-01-01 10:00:00+00")]
    first, second = find_followed([*new, *later], TIMES, ANSWERED)
    assert (first.parent, first.answered, first.at, first.timed) == ("orders.id", "7", 0.1, True)
    assert first.commits == {"orders.state": [0.2], "orders.at": [0.3]}
    assert (second.answered, second.commits, second.timed) == ("8", {}, False)


def test_what_its_own_transaction_changes_is_no_later_change() -> None:
    assert not list(find_followed(
        [change(1, "7", "new", "insert"), change(1, "7", "sent")], TIMES, ANSWERED
    ))  # fmt: skip


def test_rows_that_no_answer_names_or_that_are_gone_are_not_told() -> None:
    new = [change(1, number, "new", "insert") for number in ("7", "8", "9")]
    gone = RowChange("orders", "delete", {"id": "8"}, {}, 3)
    found = find_followed([*new, change(2, "9", "sent"), gone], TIMES, ANSWERED)
    assert [one.answered for one in found] == ["7"]
