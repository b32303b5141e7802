"""Outages that are about something that the load of an app does not have."""

from __future__ import annotations

from dataclasses import replace

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
    ("need", "word"),
    [
        ("writes", "writes"),
        ("streams", "streams"),
        ("things", "do not exist"),
        ("bodies", "JSON body"),
    ],
)
def test_a_load_without_them_is_told(need: str, word: str) -> None:
    bare = Operation(name="list", method="GET", path="/items", effect="read")
    assert word in missing_need({need}, [bare])
    assert missing_need((), [bare]) == ""


def test_a_request_that_stops_halfway_has_a_body_that_may_be_sent_often() -> None:
    full = replace(CREATE, body={"name": "thing"})
    assert missing_need({"bodies"}, [READ, full]) == ""
    for other in (CREATE, replace(full, media="form"), replace(full, least_interval_seconds=1.0)):
        assert "JSON body" in missing_need({"bodies"}, [READ, other])
