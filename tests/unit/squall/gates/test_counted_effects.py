"""Numbers that requests count: more than they say, and less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, NumbersCounted
from squall.gates.one_effect import COUNTED_LESS, COUNTED_TWICE, OneEffect
from squall.history.evidence import CalmWrites
from squall.history.op import Outcome

Move = tuple[float, str, float]


def visit(make: Any, number: int, page: str, outcome: Outcome = Outcome.APPLIED) -> Any:
    made = make.write(number, outcome)
    return replace(made, name="visit", request=f"POST /counters/{page}/visits", effect="write")


def counted(moves: Sequence[Move]) -> NumbersCounted:
    return NumbersCounted(
        at=9.0, column="counter.visits", commits=[at for at, _, _ in moves],
        rows=[row for _, row, _ in moves], moves=[by for _, _, by in moves],
    )  # fmt: skip


CALM = [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5), ("c", 6), ("d", 7)]


def judged(
    evidence: Any, make: Any, ops: Sequence[Any], moves: Sequence[Move], by: float = 1.0,
    **more: Any,
) -> Any:  # fmt: skip
    """Seven visits before the load, and those of the run."""
    early = [visit(make, 900 + number, page) for page, number in CALM]
    calm = CalmWrites(
        ops=tuple(early),
        counted=(
            counted([(op.done, page, by) for op, (page, _) in zip(early, CALM, strict=True)]),
        ),
    )
    happened = [*make.outage(), counted(moves), CommitsRead(at=9.0, transactions=1)]
    run = replace(evidence(list(ops), happened), calm=calm, **more)
    return OneEffect().judge(run)


def in_the_outage(make: Any, *, open_one: bool) -> list[Any]:
    """Two visits of one page, and one more whose outcome is open."""
    ops = [visit(make, 120, "a"), visit(make, 130, "a")]
    return [*ops, *([visit(make, 140, "a", Outcome.UNKNOWN)] if open_one else [])]


@pytest.mark.parametrize("by", [1.0, -1.0])
@pytest.mark.parametrize(
    ("open_one", "moves", "code"),
    [
        (False, 3, COUNTED_TWICE),
        (False, 1, COUNTED_LESS),
        (False, 2, "holds"),
        (True, 2, "holds"),
        (True, 3, "holds"),
        (True, 4, COUNTED_TWICE),
        (True, 1, COUNTED_LESS),
    ],
)
def test_a_row_moves_by_what_its_requests_say(
    evidence: Any, make: Any, open_one: bool, moves: int, code: str, by: float
) -> None:
    ops = in_the_outage(make, open_one=open_one)
    moved = [(1.2 + number / 100, "a", by) for number in range(moves)]
    assert judged(evidence, make, ops, moved, by).code == code


def test_what_is_told_of_it(evidence: Any, make: Any) -> None:
    moves = [(1.2, "a", 1.0)] * 4
    found = judged(evidence, make, in_the_outage(make, open_one=True), moves)
    assert found.reason == (
        "1 row of counter.visits moved by another amount than their requests say: 4,"
        " acknowledged 2, and 3 with those whose outcome is open"
    )
    assert found.ops == (120, 130, 140)


@pytest.mark.parametrize(
    "further",
    [
        [(1.5, "", 1.0)],  # a row that no path names
        [(0.3, "e", 1.0)],  # a worker counts, too: before the fault
        [(2.8, "z", 1.0)],  # and after it
        [(0.1, "e", 2.0)],  # another amount
    ],
)
def test_a_number_that_something_else_changes_is_not_judged(
    evidence: Any, make: Any, further: list[Move]
) -> None:
    ops = [visit(make, 10, "e"), visit(make, 50, "e"), *in_the_outage(make, open_one=False)]
    moves = [(0.1, "e", 1.0), (0.5, "e", 1.0), *([(1.2, "a", 1.0)] * 4)]
    assert judged(evidence, make, ops, moves).code == COUNTED_TWICE
    assert judged(evidence, make, ops, [*moves, *further]).code == "holds"


def test_only_the_first_of_each_client_counts(evidence: Any, make: Any) -> None:
    """Such as likes: the second one of the same row moves nothing, and is acknowledged."""
    early = [visit(make, 900 + number, str(number)) for number in range(8)]
    calm = CalmWrites(
        ops=tuple(early), counted=(counted([(op.done, str(n), 1.0) for n, op in enumerate(early)]),)
    )
    happened = [*make.outage(), counted([(1.2, "a", 1.0)]), CommitsRead(at=9.0, transactions=1)]
    run = replace(evidence(in_the_outage(make, open_one=False), happened), calm=calm)
    assert OneEffect().judge(run).code == "holds"


def test_another_write_of_which_nothing_is_known_may_move_it(evidence: Any, make: Any) -> None:
    ops = in_the_outage(make, open_one=False)
    moves = [(1.2, "a", 1.0)] * 3
    by_path = replace(visit(make, 125, "a"), name="rename", request="PUT /counters/a")
    by_body = replace(visit(make, 125, "a"), name="adjust", request="POST /adjustments")
    assert judged(evidence, make, ops, moves).code == COUNTED_TWICE
    assert judged(evidence, make, [*ops, by_path], moves).code == "holds"
    assert judged(evidence, make, [*ops, by_body], moves).code == "holds"


def test_two_operations_may_move_one_row(evidence: Any, make: Any) -> None:
    """Each visit counts one, and each correction two; hardly a row has one kind only."""

    def correct(number: int, page: str) -> Any:
        return replace(visit(make, number, page), name="correct", request=f"PUT /counters/{page}")

    pages = ("a", "b", "c", "d", "e", "f")
    early = [visit(make, 900, "a"), *(visit(make, 910 + n, p) for n, p in enumerate(pages))]
    early += [visit(make, 920, "b")]
    early += [correct(930 + n, p) for n, p in enumerate(pages[1:] + pages[3:5])]
    moves = [(op.done, op.segments[1], 2.0 if op.name == "correct" else 1.0) for op in early]
    calm = CalmWrites(ops=tuple(early), counted=(counted(moves),))
    ops = [*in_the_outage(make, open_one=False), correct(140, "a")]
    for by, code in ((1.0, "holds"), (2.0, COUNTED_TWICE), (0.0, COUNTED_LESS)):
        moved = [(1.2, "a", 1.0), (1.3, "a", by), (1.4, "a", 2.0)]
        happened = [*make.outage(), counted(moved), CommitsRead(at=9.0, transactions=1)]
        assert OneEffect().judge(replace(evidence(ops, happened), calm=calm)).code == code


def test_an_update_that_changes_nothing_need_not_count(evidence: Any, make: Any) -> None:
    first, second = (
        replace(op, wanted='{"title": "ab12"}') for op in in_the_outage(make, open_one=False)
    )
    other = replace(second, wanted='{"title": "cd34"}')
    assert judged(evidence, make, [first, second], [(1.2, "a", 1.0)]).code == "holds"
    assert judged(evidence, make, [first, other], [(1.2, "a", 1.0)]).code == COUNTED_LESS
