"""A load may be of reads or of writes alone: what others would hide shows then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from squall import Operation, Scenario, UsageError, dump, loads
from squall.scenario.library import stock
from squall.scenario.model import Load

READ = Operation(name="read", method="GET", path="/items/1", effect="read")
WRITE = Operation(name="write", method="POST", path="/items", effect="write")
FOLLOWER = Operation(
    name="drop", method="DELETE", path="{path}/{answer.id}", effect="write", after="write"
)
ALL = (READ, WRITE, FOLLOWER)


@pytest.mark.parametrize(
    ("requests", "chosen"),
    [("all", ALL), ("reads", (READ,)), ("writes", (WRITE, FOLLOWER))],
)
def test_a_load_chooses_operations_by_their_effect(
    requests: str, chosen: tuple[Operation, ...]
) -> None:
    assert Load(requests=requests).of(ALL) == chosen  # type: ignore[arg-type]


def test_an_app_without_operations_of_the_kind_keeps_its_load() -> None:
    assert Load(requests="writes").of((READ,)) == (READ,)
    assert Load(requests="writes").of((READ, FOLLOWER)) == (READ, FOLLOWER)


def test_a_file_says_which_requests_come() -> None:
    plain = Scenario(name="x", story="y", steps=())
    only = replace(plain, load=Load(requests="writes"))
    assert loads(dump(only)) == only
    assert "requests" not in dump(plain)
    with pytest.raises(UsageError, match="requests must be one of all, reads, writes, got 'some'"):
        loads(dump(only).replace("requests: writes", "requests: some"))


def test_another_rate_keeps_which_requests_come() -> None:
    (outage,) = (one for one in stock() if one.name == "outage-for-writers")
    assert outage.under(Load(rate_per_second=20)).load.requests == "writes"
    assert outage.at_most(20).load.requests == "writes"
