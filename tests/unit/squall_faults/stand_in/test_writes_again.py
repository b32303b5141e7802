"""Writes that say the same under another key, counted."""

from __future__ import annotations

import pytest
from squall_faults.stand_in.request_tally import RequestTally
from squall_faults.stand_in.writes_again import MAX_KEPT, WITHIN_SECONDS, WritesAgain


def shown(*writes: tuple[int, int, float, bool]) -> tuple[int, int, int, int]:
    """After these: content, key, time, whether it is in doubt."""
    again = WritesAgain()
    for content, key, at, in_doubt in writes:
        again.arrived(content, key, at, in_doubt=in_doubt)
    return again.answered, again.answered_alike, again.in_doubt, again.in_doubt_again


@pytest.mark.parametrize(
    ("second", "counted"),
    [
        ((7, 2, 0.5, False), (1, 0, 1, 1)),
        ((7, 1, 0.5, False), (1, 0, 1, 0)),  # the same key: a repeat that finds the first
        ((8, 2, 0.5, False), (1, 0, 1, 0)),
        ((7, 2, WITHIN_SECONDS + 0.1, False), (1, 0, 1, 0)),
    ],
)
def test_another_key_for_the_same_write_counts(
    second: tuple[int, int, float, bool], counted: tuple[int, int, int, int]
) -> None:
    assert shown((7, 1, 0.0, True), second) == counted


def test_clients_that_want_the_same_are_counted_by_themselves() -> None:
    assert shown((7, 1, 0.0, False), (7, 2, 0.5, False)) == (2, 1, 0, 0)


def test_each_attempt_of_a_row_counts_once() -> None:
    row = [(7, key, key / 10, key < 3) for key in range(4)]
    assert shown(*row) == (1, 0, 3, 3)


def test_what_is_kept_is_bounded() -> None:
    again = WritesAgain()
    for content in range(MAX_KEPT + 10):
        again.arrived(content, 1, 0.0, in_doubt=True)
    again.arrived(0, 2, 0.1, in_doubt=False)
    assert (again.in_doubt_again, len(again._last)) == (0, MAX_KEPT)


def test_what_was_not_done_and_what_has_no_key_do_not_count() -> None:
    tally = RequestTally(lambda: 1.0)
    for method, key, status in (("POST", None, 0), ("POST", b"a", 503), ("PUT", b"a", 0)):
        tally.count_key(method, key, status, content=7, in_doubt=True)
    assert set(tally.shown()["writes"].values()) == {0}
    tally.count_key("POST", b"a", 0, content=7, in_doubt=True)
    tally.count_key("POST", b"b", 201, content=7)
    assert tally.shown()["writes"] == {
        "answered": 1, "answered_alike": 0, "in_doubt": 1, "in_doubt_again": 1,
    }  # fmt: skip
