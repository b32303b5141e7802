"""Which reads are asked again after the outage, though they were served."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from squall.gates.asked_again import (
    MOST_SERVED,
    alike,
    asked_once,
    not_found,
    not_since,
    perhaps_updated,
    refused_repeats,
    unlike_before,
    updated_since,
)
from squall.history.op import FIRST_REPEAT
from squall.history.shape import describe_texts

BEGUN = 1.0


def look(make: Any, number: int, path: str, body: Any) -> Any:
    shape = json.dumps({"": len(body)} if isinstance(body, list) else {"": "object"})
    texts = "" if isinstance(body, list) else describe_texts(json.dumps(body))
    return make.op(number, request=f"GET {path}", shape=shape, texts=texts)


def update(make: Any, number: int, path: str, **changes: Any) -> Any:
    return replace(make.write(number), request=f"PUT {path}", wanted='{"stock":"#1"}', **changes)


def test_items_that_were_updated_in_the_outage_after_they_were_read(make: Any) -> None:
    reads = [look(make, number, f"/items/{number}", {"stock": 1}) for number in (1, 2, 3)]
    updates = [
        update(make, 110, "/items/1"),
        update(make, 111, "/items/2/stock"),
        update(make, 112, "/items/3", status=503),
        update(make, 5, "/items/3"),
    ]
    assert updated_since([*reads, *updates], BEGUN) == reads[:2]
    later = look(make, 120, "/items/1", {"stock": 5})
    assert updated_since([*reads, later, *updates], BEGUN) == reads[1:2]


def test_items_whose_last_update_failed_may_have_been_updated(make: Any) -> None:
    reads = [look(make, number, f"/items/{number}", {"stock": 1}) for number in (1, 2, 3)]
    updates = [
        update(make, 110, "/items/1", status=503),
        update(make, 111, "/items/2/stock", status=None),
        update(make, 112, "/items/2/stock"),
        update(make, 113, "/items/9", status=503),
        update(make, 5, "/items/3", status=503),
    ]
    assert perhaps_updated([*reads, *updates], BEGUN) == reads[:1]
    later = look(make, 120, "/items/1", {"stock": 1})
    assert perhaps_updated([*reads, later, *updates], BEGUN) == [later]


def test_reads_whose_answer_was_another_one_than_before(make: Any) -> None:
    ops = [look(make, number, f"/items/{number}", {"stock": 1}) for number in (1, 2)]
    ops += [look(make, 120, "/items/1", {"stock": 9}), look(make, 121, "/items/2", {"stock": 1})]
    assert unlike_before([*ops, look(make, 122, "/items/3", {"stock": 9})], BEGUN) == [ops[2]]


def test_lists_that_were_asked_for_in_the_outage_only(make: Any) -> None:
    known = look(make, 1, "/items?after=0", [1, 2])
    again = look(make, 120, "/items?after=0", [1])
    new = [look(make, 130 + number, f"/items?after={number}", [1] * number) for number in (3, 2)]
    assert asked_once([known, again, *new], BEGUN) == [new[1], new[0]]
    many = [look(make, 130 + number, f"/items?after={number}", [1]) for number in range(20)]
    assert len(asked_once(many, BEGUN)) == MOST_SERVED


def test_reads_of_different_items_that_show_one_new_number(make: Any) -> None:
    ops = [look(make, n, f"/items/{n}", {"price": 100 + n, "size": 5}) for n in range(3)]
    ops += [look(make, 120 + n, f"/items/{10 + n}", {"price": 199, "size": 5}) for n in range(2)]
    ops.append(look(make, 130, "/items/20", {"price": 120, "size": 5}))
    assert alike(ops, BEGUN) == ops[3:5]


def test_reads_of_which_the_outage_said_that_there_is_no_such_thing(make: Any) -> None:
    ops = [
        make.op(n, request=f"GET /items/{n % 4}", status=status)
        for n, status in enumerate([404, 200, 200, 200, 404, 404, 503, 200], start=96)
    ]
    assert [op.request for op in not_found(ops, BEGUN)] == ["GET /items/0", "GET /items/1"]


def test_reads_that_were_asked_for_before_the_outage_only(make: Any) -> None:
    before = [look(make, number, f"/items/{number}", {"stock": 1}) for number in range(20)]
    during = [look(make, 120 + number, f"/items/{number}", {"stock": 1}) for number in range(15)]
    assert not_since([*before, *during], BEGUN) == before[15:]
    assert len(not_since(before, BEGUN)) == MOST_SERVED


def test_repeats_that_are_told_to_come_again_each_time(make: Any) -> None:
    """Write 1 is refused for good, write 2 is done at last, and write 3 has a conflict."""

    def again(number: int, attempt: int, **changes: Any) -> Any:
        return make.refusal(attempt * FIRST_REPEAT + number, **{"name": "w", **changes})

    busy = {"status": 409, "retry_after": "1"}
    times = {
        attempt: {"sent": attempt * 0.3, "done": attempt * 0.3 + 0.01} for attempt in (1, 2, 3)
    }
    first = [again(1, attempt, **busy, **when) for attempt, when in times.items()]
    second = [again(2, attempt, **busy, **times[attempt]) for attempt in (1, 2)]
    second.append(make.op(3 * FIRST_REPEAT + 2, name="w", **times[3]))
    third = [again(3, attempt, status=409, retry_after=None, **times[attempt]) for attempt in times]
    assert refused_repeats([*first, *second, *third]) == [first[-1]]
    assert refused_repeats(first) == []  # nobody is served
