"""Items that an operation of the load removes while others ask for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall.core import events
from squall.history.op import Op
from squall.runner.result import Run
from squall.runner.taken_items import WHY, taken_items
from squall.runner.unsteady import TAKEN, LighterLoad
from squall.workload.operations import Operation

from tests.unit.squall.runner.test_own_failures import op, run_of
from tests.unit.squall.runner.test_unsteady import lab_of


def asks(number: int, name: str, request: str, status: int, at: float = 2.5) -> Op:
    return replace(op(number, name, at, status), request=request)


def removed(key: str, at: float = 2.5, table: str = "notes") -> events.RowDeleted:
    return events.RowDeleted(at=at, column=f"{table}.id", key=key, named=True, lost=False)


OPERATIONS = [
    Operation(name="make", method="POST", path="/notes", effect="write"),
    Operation(name="change", method="PUT", path="{path}/{answer.id}", effect="write", after="make"),
    Operation(name="read", method="GET", path="{path}/{answer.id}", effect="read", after="make"),
    Operation(
        name="drop", method="DELETE", path="{path}/{answer.id}", effect="write", after="make"
    ),
    Operation(name="empty", method="PUT", path="/notebooks/2", effect="write"),
]
FAILED = asks(1, "change", "PUT /notes/9", 500)


EARLY = removed("3", at=0.5)
"""One of these was removed before the fault as well."""


def run(ops: list[Op], *happened: events.Event, early: bool = True) -> Run:
    return run_of(ops, *([EARLY] if early else []), *happened)  # type: ignore[arg-type] # any event


@pytest.mark.parametrize("status", [404, 410, 500])
def test_what_failed_on_an_item_that_another_operation_removed_is_left_out(status: int) -> None:
    ops = [asks(1, "change", "PUT /notes/9", status), asks(2, "empty", "PUT /notebooks/2", 200)]
    found = taken_items(run(ops, removed("9")), OPERATIONS)
    assert found == {"change": WHY, "read": WHY}


SOUND: list[tuple[str, list[Op], list[events.Event]]] = [
    ("nothing was removed", [FAILED], []),
    ("another item was", [FAILED], [removed("8")]),
    ("no path names the key", [FAILED], [replace(removed("9"), named=False)]),
    ("it was later", [FAILED], [removed("9", at=7.0)]),
    ("its deletion was asked for", [FAILED, asks(2, "drop", "DELETE /notes/9", 200)],
     [removed("9")]),
    ("that of another thing with its number", [FAILED, asks(2, "shut", "DELETE /books/9", 200)],
     [removed("9", table="books")]),
    ("it is refused for another reason", [asks(1, "change", "PUT /notes/9", 409)], [removed("9")]),
    ("it succeeded", [asks(1, "change", "PUT /notes/9", 200)], [removed("9")]),
]  # fmt: skip


@pytest.mark.parametrize(("ops", "happened"), [pytest.param(*c, id=i) for i, *c in SOUND])
def test_other_failures_stay(ops: list[Op], happened: list[events.Event]) -> None:
    assert not taken_items(run(ops, *happened), OPERATIONS)


def test_two_things_with_one_number_of_which_one_was_asked_for() -> None:
    ops = [FAILED, asks(2, "shut", "DELETE /books/9", 200)]
    found = taken_items(run(ops, removed("9"), removed("9", table="books")), OPERATIONS)
    assert set(found) == {"change", "read"}


def test_it_is_left_out_of_the_load_also_after_other_outages() -> None:
    lab, lighter = lab_of(), LighterLoad()
    ops = [asks(1, "a", "GET /a/9", 404)]
    assert lighter.lighten(lab, run(ops, removed("9")), used=True) == TAKEN
    assert "a" not in {one.name for one in lab.profile.operations}
    assert lighter.unsteady == {"a": WHY}


def test_what_is_removed_in_the_outage_alone_is_judged() -> None:
    assert not taken_items(run([FAILED], removed("9"), early=False), OPERATIONS)
    other = removed("4", at=0.5, table="books")
    assert not taken_items(run([FAILED], removed("9"), other, early=False), OPERATIONS)
