"""An update that deletes first, and is refused before it makes what it was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged, RowsEmptied
from squall.gates.one_effect import EMPTIED, OneEffect

AT = 1.45
"""When the update in the outage has deleted."""


def update(make: Any, number: int, *, good: bool = True) -> Any:
    op = make.write(number) if good else make.refusal(number)
    sent = number / 100
    return replace(
        op, name="label", effect="write", sent=sent, done=sent + 0.05,
        request=f"PUT /pictures/{number}/labels",
    )  # fmt: skip


def stored(number: int) -> RowChanged:
    ids = {"picture": str(number)}
    return RowChanged(at=number / 100 + 0.02, table="labels", ids=ids, values={}, row=f"r{number}")


def judged(evidence: Any, make: Any, *ops: Any, **emptied: Any) -> Any:
    calm = [update(make, number) for number in range(10, 20)]
    told: dict[str, Any] = {"at": AT, "column": "labels.picture", "key": "143"}
    event = RowsEmptied(**(told | emptied))
    happened = [*make.outage(), *map(stored, range(10, 20)), event]
    happened.append(CommitsRead(at=9.0, transactions=1))
    return OneEffect().judge(evidence([*calm, *ops], happened))


def test_a_refused_update_that_leaves_nothing(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, update(make, 143, good=False), refilled=None)
    assert (found.verdict, found.code) == ("fail", EMPTIED)
    assert "1 refused update took the rows of labels.picture away" in found.reason


@pytest.mark.parametrize(
    "emptied",
    [
        {"refilled": 1.46},  # by its own second transaction
        {"refilled": None, "at": 0.5},  # without the fault
        {"refilled": None, "column": "words.picture"},  # of which updates do not always make rows
        {"refilled": None, "key": "144"},  # of nobody's path
    ],
)
def test_what_is_made_or_not_known_to_be(evidence: Any, make: Any, emptied: dict[str, Any]) -> None:
    found = judged(evidence, make, update(make, 143, good=False), **emptied)
    assert found.verdict != "fail"


def test_two_updates_at_once_and_a_success_prove_nothing(evidence: Any, make: Any) -> None:
    refused, other = update(make, 143, good=False), replace(update(make, 143), id=9000)
    assert judged(evidence, make, refused, other, refilled=None).verdict != "fail"
    assert judged(evidence, make, update(make, 143), refilled=None).verdict != "fail"
