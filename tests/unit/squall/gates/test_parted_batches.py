"""Requests that sent several things, of which some only were stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import BatchStored, CommitsRead
from squall.gates.one_effect import HALF, OneEffect
from squall.history.evidence import CalmWrites
from squall.history.op import Outcome


def batch(make: Any, number: int, outcome: Outcome = Outcome.APPLIED) -> Any:
    made = make.write(number, outcome)
    return replace(made, name="import", request="POST /readings/batch", effect="write")


def stored(op: Any, number: int) -> BatchStored:
    return BatchStored(at=op.done, op=op.id, items=3, stored=number)


def judged(
    evidence: Any, make: Any, op: Any, number: int, calm: tuple[int, ...] = (3, 3, 3)
) -> Any:
    """Some before the load, one before the fault, and one in the outage."""
    early = [batch(make, 900 + n) for n in range(len(calm))]
    known = CalmWrites(
        ops=tuple(early),
        batches=tuple(stored(one, n) for one, n in zip(early, calm, strict=True)),
    )
    first = batch(make, 10)
    happened = [
        *make.outage(), stored(first, 3), stored(op, number), CommitsRead(at=9.0, transactions=1)
    ]  # fmt: skip
    return OneEffect().judge(replace(evidence([first, op], happened), calm=known))


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize(("number", "code"), [(0, "holds"), (1, HALF), (2, HALF), (3, "holds")])
def test_all_or_nothing_is_stored(
    evidence: Any, make: Any, outcome: Outcome, number: int, code: str
) -> None:
    found = judged(evidence, make, batch(make, 150, outcome), number)
    assert found.code == code
    if code == HALF:
        assert found.reason == (
            f"1 request stored a part of what they sent only: POST /readings/batch {number} of 3"
        )
        assert found.ops == (150,)


@pytest.mark.parametrize("calm", [(3, 3), (3, 3, 3, 2), (3, 3, 3, 0)])
def test_parts_without_a_fault_and_too_few_prove_nothing(
    evidence: Any, make: Any, calm: tuple[int, ...]
) -> None:
    assert judged(evidence, make, batch(make, 150), 1, calm).code == "holds"


@pytest.mark.parametrize("status", [202, 207])
def test_statuses_that_say_so(evidence: Any, make: Any, status: int) -> None:
    op = replace(batch(make, 150), status=status)
    assert judged(evidence, make, op, 1).code == "holds"
