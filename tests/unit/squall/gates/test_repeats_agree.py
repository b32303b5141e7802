"""Answers to one key: alike, or another order each time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.gates.repeats_agree import RepeatsAgree
from squall.history.op import FIRST_REPEAT, Outcome


def answered(make: Any, number: int, **body: str) -> Any:
    places = {f".{name}": f"={value}" for name, value in body.items()}
    shape = json.dumps({"": "object", **places})
    return replace(make.write(number), key="k1", shape=shape)


@pytest.mark.parametrize(
    ("first", "repeat", "verdict"),
    [
        ({"id": "7"}, {"id": "7"}, "pass"),
        ({"id": "7"}, {"id": "8"}, "fail"),
        ({"id": "7", "trace_id": "a"}, {"id": "7"}, "pass"),  # a field more, and the same order
        ({"id": "7"}, {}, "not-judged"),  # it says nothing
    ],
)
def test_a_repeat_identifies_the_same_thing(
    evidence: Any, make: Any, first: dict[str, str], repeat: dict[str, str], verdict: str
) -> None:
    ops = [answered(make, 1, **first), answered(make, FIRST_REPEAT + 1, **repeat)]
    assert RepeatsAgree().judge(evidence(ops)).verdict == verdict


def test_a_number_tells_what_is_repeated(make: Any) -> None:
    numbers = {1: None, FIRST_REPEAT + 1: 1, 2 * FIRST_REPEAT + 17: 17}
    assert {number: make.op(number).repeats for number in numbers} == numbers
    assert not make.op(FIRST_REPEAT + 1).is_read_back


def orders(make: Any, ids: list[str], since: float) -> list[Any]:
    return [
        replace(
            make.write(int(since * 1000) + n, at=since + n * 0.02), key=f"k{since}-{n}",
            request="POST /orders", shape=json.dumps({"": "object", ".id": f"={value}"}),
        )
        for n, value in enumerate(ids)
    ]  # fmt: skip


GROWING = [str(n) for n in range(10, 30)]
UUIDS = [f"0b9b5f4e-8b64-4c8e-9d7a-0f3f4a0f6f{n:02}" for n in range(20)]
DRAWN = ["7", "93", "12", "55", "31", "88", "2", "64", "41", "20", "77", "5"]


@pytest.mark.parametrize(
    ("calm", "outage", "verdict"),
    [
        (GROWING, ["40", "41", "41"], "fail"),
        (UUIDS, ["a" * 32, "a" * 32], "fail"),
        (GROWING, ["40", "41", "42"], "not-judged"),
        (DRAWN, ["7", "7"], "not-judged"),  # they name things that were there before
        (GROWING[:9], ["41", "41"], "not-judged"),
    ],
    ids=["a sequence", "UUIDs", "sound", "no new things", "too few"],
)
def test_two_writes_are_never_answered_with_the_same_thing(
    evidence: Any, make: Any, calm: list[str], outage: list[str], verdict: str
) -> None:
    found = RepeatsAgree().judge(evidence([*orders(make, calm, 0.1), *orders(make, outage, 1.2)]))
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("refused_until", "slow", "code"),
    [
        (9.0, 0.0, "repeats-refused"),
        (3.5, 0.0, "holds"),  # done at last
        (2.6, 0.0, "not-judged"),  # there was no time to see more
        (9.0, 0.6, "not-judged"),  # each may have waited for something
    ],
)
def test_nobody_is_told_for_ever_to_come_again(
    evidence: Any, make: Any, refused_until: float, slow: float, code: str
) -> None:
    """The outage is from 1 s to 2 s, and the deadline is 1 s."""
    ends = 2.7 if code == "not-judged" and not slow else 4.0
    others = [make.write(number, at=number * 0.01) for number in range(int(ends * 100))]
    tries = []
    for attempt in range(1, 20):
        at = 1.0 + attempt * 0.2
        if at > ends:
            break
        changes: dict[str, Any] = {"at": at, "done": at + 0.01 + slow, "key": "k-7"}
        shape = json.dumps({"": "object", ".id": "=7"})
        bad = {"status": 409, "retry_after": "1", "outcome": Outcome.REFUSED}
        changes |= bad if at < refused_until else {"shape": shape}
        tries.append(make.write(attempt * FIRST_REPEAT + 7777, **changes))
    found = RepeatsAgree().judge(evidence([*others, *tries], make.outage()))
    assert found.code == code


def posted(make: Any, number: int, status: int, **changes: Any) -> Any:
    outcome = Outcome.APPLIED if status < 300 else Outcome.REFUSED
    return replace(make.write(number), request="POST /orders", status=status, outcome=outcome,
                   **changes)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "repeat", "elsewhere", "verdict"),
    [
        (201, 422, 201, "fail"),  # the key belongs to another body, it says
        (504, 404, 201, "fail"),  # the key was forgotten, and its work stands
        (201, 409, 201, "not-judged"),  # it is there already
        (201, 422, 422, "not-judged"),  # first requests are told so, too
        (422, 422, 201, "not-judged"),
    ],
)
def test_a_repeat_is_not_told_that_it_is_wrong(
    evidence: Any, make: Any, first: int, repeat: int, elsewhere: int, verdict: str
) -> None:
    ops = [posted(make, number, first) for number in (1, 2)]
    ops += [posted(make, FIRST_REPEAT + number, repeat) for number in (1, 2)]
    ops += [posted(make, 3, elsewhere), posted(make, 4, repeat)]  # one that was overtaken
    ops.append(posted(make, FIRST_REPEAT + 4, 201))
    found = RepeatsAgree().judge(evidence(ops))
    assert found.verdict == verdict
    assert (found.code == "repeats-blamed") is (verdict == "fail")
    assert RepeatsAgree(same_requests=False).judge(evidence(ops)).verdict == "not-judged"
