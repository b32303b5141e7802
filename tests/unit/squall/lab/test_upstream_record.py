"""What reached the stand-ins of HTTP upstreams, and which of them a fault is about."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall.core import events
from squall.core.clock import VirtualClock
from squall.lab.fault_ports import FaultPorts
from squall.lab.upstream_record import UpstreamRecord, read_tallies, requests_without_answer
from squall_faults import FaultUnavailable, InjectionFailed, UpstreamStatus
from squall_faults.in_force import InForce
from squall_faults.ports import UpstreamTally


class StubStandIn:
    """Implements ``UpstreamServer`` as far as it is read here."""

    def __init__(self, name: str, **counts: int) -> None:
        self.name, self.kind = name, "http"
        self.counts = counts
        self.gone = False

    async def tally(self) -> UpstreamTally:
        if self.gone:
            raise InjectionFailed("no answer")
        seen = {
            ("GET", f"/{path}", 404 if path == "odd" else 200): n for path, n in self.counts.items()
        }
        return UpstreamTally(
            requests=sum(self.counts.values()), unknown=self.counts.get("odd", 0), seen=seen
        )

    async def arm(self, rule: Any) -> str:
        raise NotImplementedError

    async def disarm(self, rule_id: str) -> None:
        raise NotImplementedError

    async def bites(self, rule_id: str) -> int:
        raise NotImplementedError

    async def in_force(self) -> InForce:
        raise NotImplementedError


def lab_of(*stand_ins: StubStandIn) -> Any:
    return SimpleNamespace(upstreams={one.name: one for one in stand_ins})


async def test_a_run_has_what_came_between_its_beginning_and_its_end() -> None:
    rates = StubStandIn("rates", old=4, more=1)
    heard: list[events.Event] = []
    record = UpstreamRecord(lab_of(rates), VirtualClock(), heard.append)
    await record.look_before()
    rates.counts |= {"more": 3, "new": 2}
    await record.look_after()
    assert heard == [
        events.UpstreamRequests(at=0.0, name="rates", seen={"GET /more 200": 2, "GET /new 200": 2})
    ]


async def test_a_stand_in_that_does_not_answer_is_left_out() -> None:
    rates, mail = StubStandIn("rates", odd=1), StubStandIn("mail")
    rates.gone = True
    lab = lab_of(rates, mail)
    assert list(await read_tallies(lab)) == ["mail"]
    assert await requests_without_answer(lab) == []


async def test_requests_without_an_answer_are_named() -> None:
    lab = lab_of(StubStandIn("rates", odd=7, known=3), StubStandIn("mail", known=1))
    assert await requests_without_answer(lab) == [
        "rates: no answer is declared for GET /odd: the stand-in said 404 7 times"
    ]


def ports_of(*dependencies: Any) -> FaultPorts:
    nothing: Any = None
    parts: Any = SimpleNamespace(
        dependencies=dependencies, withheld={}, withheld_faults={}, app=None
    )
    cluster: Any = SimpleNamespace(primary=None)
    return FaultPorts(parts, cluster, nothing, nothing)


def test_a_stand_in_is_found_by_its_name_or_as_the_first_of_its_kind() -> None:
    rates, mail = StubStandIn("rates"), StubStandIn("mail")
    ports = ports_of(SimpleNamespace(name="cache", kind="redis"), rates, mail)
    assert ports.supply(UpstreamStatus()) is rates
    assert ports.supply(UpstreamStatus(dependency="mail")) is mail
    for other in ("cache", "nobody"):
        with pytest.raises(FaultUnavailable, match=f"no stand-in {other}: no .* of kind http"):
            ports.supply(UpstreamStatus(dependency=other))
