"""Outages that are about something that the load of an app does not have."""

from __future__ import annotations

import pytest
from squall.lab.scenario_needs import missing_need
from squall.workload.operations import Operation

READ = Operation(name="read", method="GET", path="/items/7", effect="read")
CREATE = Operation(name="create", method="POST", path="/items", effect="write")
KEYED = Operation(
    name="order", method="POST", path="/orders", effect="write", headers={"Request-Key": "{key}"}
)
PUT = Operation(name="put", method="PUT", path="/items/7", effect="idempotent-write")
FOLLOWS = Operation(
    name="drop", method="DELETE", path="{path}/1", effect="idempotent-write", after="create"
)


@pytest.mark.parametrize(
    ("operations", "repeated"),
    [((READ, KEYED), True), ((READ, PUT), True), ((READ, CREATE, FOLLOWS), False)],
    ids=["a key", "idempotent", "only what follows another"],
)
def test_writes_that_clients_repeat_have_a_key_or_are_idempotent(
    operations: tuple[Operation, ...], repeated: bool
) -> None:
    assert (missing_need({"writes", "repeats"}, operations) == "") is repeated


@pytest.mark.parametrize(
    ("need", "word"), [("writes", "writes"), ("streams", "streams"), ("things", "do not exist")]
)
def test_a_load_without_them_is_told(need: str, word: str) -> None:
    bare = Operation(name="list", method="GET", path="/items", effect="read")
    assert word in missing_need({need}, [bare])
    assert missing_need((), [bare]) == ""
