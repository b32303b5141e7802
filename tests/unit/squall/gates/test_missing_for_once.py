"""What was there before the outage and after it is not missing in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged
from squall.gates.missing_for_once import missing_for_once
from squall.history.op import Outcome

ITEM = "GET /doctors/3"
READ = CommitsRead(at=9.0, transactions=1)
CHANGED = RowChanged(at=1.2, table="doctors", ids={"id": "3"}, values={})


def run_of(
    evidence: Any,
    make: Any,
    *writes: str,
    before: bool = True,
    after: int = 200,
    times: int = 2,
    events: Any = (),
) -> Any:
    """Reads in the outage that found nothing, with one on each side, and writes between."""
    ops = [make.op(40, name="doctor", request=ITEM)] if before else []
    ops += [
        make.op(n, name="doctor", request=ITEM, status=404, outcome=Outcome.REFUSED)
        for n in (150, 151)[:times]
    ]
    ops.append(make.op(250, name="doctor", request=ITEM, status=after))
    ops += [
        make.op(120 + n, name="write", request=request, effect="write")
        for n, request in enumerate(writes)
    ]
    return evidence(ops, [*make.outage(), *events])


@pytest.mark.parametrize(
    "writes",
    [(), ("DELETE /doctors/4", "DELETE /visits/3", "POST /doctors")],
    ids=["nothing is written", "others are deleted and made"],
)
def test_it_was_there(evidence: Any, make: Any, writes: tuple[str, ...]) -> None:
    assert [op.id for op in missing_for_once(run_of(evidence, make, *writes))] == [150, 151]


def test_who_wrote_to_it_later_did_not_hide_it(evidence: Any, make: Any) -> None:
    later = make.op(170, name="write", request="PUT /doctors/3", effect="write")
    run = run_of(evidence, make)
    assert len(missing_for_once(replace(run, ops=(*run.ops, later)))) == 2


def test_nobody_wrote_to_it_at_all(evidence: Any, make: Any) -> None:
    found = missing_for_once(run_of(evidence, make, "DELETE /doctors/4", before=False))
    assert [op.id for op in found] == [150, 151]


@pytest.mark.parametrize(
    "write",
    ["DELETE /doctors/3", "PUT /doctors/3", "POST /doctors/3/close", "DELETE /doctors"],
)
def test_who_wrote_to_it_may_have_hidden_it(evidence: Any, make: Any, write: str) -> None:
    assert not missing_for_once(run_of(evidence, make, write))


def test_it_may_have_been_made_since(evidence: Any, make: Any) -> None:
    assert not missing_for_once(run_of(evidence, make, "POST /doctors", before=False))


def test_it_is_not_there_after_it_either(evidence: Any, make: Any) -> None:
    assert not missing_for_once(run_of(evidence, make, after=404))


@pytest.mark.parametrize(
    ("before", "events", "found"),
    [(True, (), True), (False, (), False), (False, (READ,), True), (False, (READ, CHANGED), False)],
    ids=["found before it", "found after it", "and not changed in the run", "and changed in it"],
)
def test_one_answer_is_enough_if_it_is_sure(
    evidence: Any, make: Any, before: bool, events: tuple[Any, ...], *, found: bool
) -> None:
    run = run_of(evidence, make, before=before, times=1, events=events)
    assert bool(missing_for_once(run)) is found
