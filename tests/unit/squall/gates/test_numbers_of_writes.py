"""Numbers in the answers to writes: those of the row, and those of the same request in calm."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, NumberTold
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.evidence import CalmWrites
from squall.history.shape import describe_body, describe_items, describe_numbers

BEFORE, DURING, AFTER = range(0, 96, 4), range(110, 190, 8), range(210, 290, 8)
OTHER, COLUMN = "write-tells-another-number", "tells-what-is-not-stored"


def booked(make: Any, number: int, total: float, room: int | None = None, **changes: Any) -> Any:
    """A booking of one of three rooms, with a name of its own."""
    answer = {"id": number, "total": total, **changes.pop("more", {})}
    text = json.dumps(answer)
    sent = {"room": number % 3 if room is None else room, "name": f"k{number}"}
    kinds = {
        "shape": describe_body(text, "application/json"), "told": describe_numbers(text),
        "items": describe_items(sent), "size": len(text), "request": "POST /bookings",
    }  # fmt: skip
    return make.write(number, name="book", **{**kinds, **changes})


def price(number: int) -> int:
    return 81 + number % 3


def judged(evidence: Any, make: Any, *odd: Any, calm: Any = price) -> Any:
    ops = [booked(make, n, calm(n)) for n in (*BEFORE, *AFTER)]
    return AnswerUnlikeCalm().judge(evidence([*ops, *odd]))


def test_a_default_that_is_booked_is_another_number_than_without_the_fault(
    evidence: Any, make: Any
) -> None:
    found = judged(evidence, make, *(booked(make, n, 100) for n in (110, 120)))
    assert (found.verdict, found.code, found.ops) == ("fail", OTHER, (110, 120))
    assert "book: another total than for the same request without the fault" in found.reason
    assert judged(evidence, make, *(booked(make, n, price(n)) for n in DURING)).code == "holds"


@pytest.mark.parametrize(
    "changes",
    [{"more": {"degraded": True}}, {"copy": True}, {"status": 202}, {"room": 9},
     {"request": "POST /rooms/7/bookings"}],
    ids=["says so", "a copy", "accepted only", "a room that was not asked for", "another path"],
)  # fmt: skip
def test_what_says_so_or_was_not_asked_before_is_not_compared(
    evidence: Any, make: Any, changes: dict[str, Any]
) -> None:
    found = judged(evidence, make, *(booked(make, n, 100, **changes) for n in (110, 120)))
    assert found.code != OTHER, found.reason


def test_one_answer_may_have_its_reason(evidence: Any, make: Any) -> None:
    assert judged(evidence, make, booked(make, 110, 100)).code == "holds"


@pytest.mark.parametrize(
    "calm", [lambda n: n, lambda n: 80 + (n > 200), lambda n: 80 + n % 5],
    ids=["counted", "changed since", "of something else"],
)  # fmt: skip
def test_a_number_that_does_not_follow_from_the_request_may_differ(
    evidence: Any, make: Any, calm: Any
) -> None:
    assert judged(evidence, make, *(booked(make, n, 99) for n in DURING), calm=calm).code == "holds"


def test_a_number_that_describes_the_answer_may_differ(evidence: Any, make: Any) -> None:
    def waited(number: int, wait: int) -> Any:
        return booked(make, number, 80, more={"wait_ms": wait})

    ops = [waited(n, 1) for n in (*BEFORE, *AFTER)] + [waited(n, 7) for n in DURING]
    assert AnswerUnlikeCalm().judge(evidence(ops)).code == "holds"


def told(op: Any, *, stored: bool, column: str = "bookings.total, by id") -> NumberTold:
    return NumberTold(at=op.done, op=op.id, field="total", column=column, stored=stored)


def of_rows(
    evidence: Any, make: Any, stored: list[bool], calm: Any = (True,) * 8,
    total: Any = lambda n: n,
) -> Any:  # fmt: skip
    """Totals that differ, each of which is compared with the row."""
    ops = [booked(make, n, total(n)) for n in (*BEFORE[: len(calm)], *DURING[: len(stored)])]
    happened = [told(op, stored=one) for op, one in zip(ops, (*calm, *stored), strict=True)]
    return AnswerUnlikeCalm().judge(
        evidence(ops, [*make.outage(), *happened, CommitsRead(at=9.0, transactions=1)])
    )


def test_a_number_that_its_row_never_had_is_told(evidence: Any, make: Any) -> None:
    found = of_rows(evidence, make, [True, False, False])
    assert (found.code, found.ops) == (COLUMN, (118, 126))
    assert "book: tells a total that its row never had" in found.reason
    assert of_rows(evidence, make, [True, True, False]).code == "holds", "one alone"


def test_what_is_not_in_the_row_is_told_once(evidence: Any, make: Any) -> None:
    """Its total is another one than for the same request, too."""
    calm = [booked(make, n, price(n)) for n in (*BEFORE, *AFTER)]
    odd = [booked(make, n, 200) for n in DURING[:2]]
    own = [told(op, stored=op not in odd) for op in (*calm, *odd)]
    happened = [*make.outage(), *own, CommitsRead(at=9.0, transactions=1)]
    found = AnswerUnlikeCalm().judge(evidence([*calm, *odd], happened))
    assert (found.code, found.ops) == (COLUMN, tuple(op.id for op in odd))


@pytest.mark.parametrize(
    "given",
    [{"calm": (True,) * 5}, {"calm": (*(True,) * 7, False)}, {"total": lambda _: 5}],
    ids=["too few", "unlike without the fault, too", "equal by chance"],
)
def test_a_column_that_is_not_known_proves_nothing(
    evidence: Any, make: Any, given: dict[str, Any]
) -> None:
    assert of_rows(evidence, make, [False] * 3, **given).code == "holds"


def test_another_table_may_have_counted_the_same_without_the_fault(
    evidence: Any, make: Any
) -> None:
    ops = [booked(make, n, n) for n in (*BEFORE[:8], *DURING[:3])]
    both = ("bookings.total, by id", "invoices.total, by id")
    own = [
        told(op, stored=column == both[0] or n < 8, column=column)
        for n, op in enumerate(ops)
        for column in both
    ]
    happened = [*make.outage(), *own, CommitsRead(at=9.0, transactions=1)]
    assert AnswerUnlikeCalm().judge(evidence(ops, happened)).code == "holds"


def test_what_was_told_before_the_load_is_learned_from(evidence: Any, make: Any) -> None:
    early = [booked(make, 900 + n, n) for n in range(6)]
    known = CalmWrites(ops=tuple(early), told=tuple(told(one, stored=True) for one in early))
    ops = [booked(make, n, n) for n in DURING[:2]]
    own = [told(op, stored=False) for op in ops]
    happened = [*make.outage(), *own, CommitsRead(at=9.0, transactions=1)]
    ops += [booked(make, n, n) for n in BEFORE[:1]]
    found = AnswerUnlikeCalm().judge(replace(evidence(ops, happened), calm=known))
    assert found.code == COLUMN
