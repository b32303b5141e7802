"""The load that an app bears, against apps made by hand: no process and no time."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.errors import LabError
from squall.history.coverage import Coverage, OperationProfile
from squall.history.evidence import Contract
from squall.history.op import Op, Outcome
from squall.lab.client_addresses import HEADER, NOTE
from squall.lab.discovery import Discovery
from squall.lab.warm_up import JAMMED, Warmed, warm_up
from squall.workload.operations import Operation
from squall.workload.plan import LoadPlan, WorkloadReport

PER_ADDRESS = 1429
"""429 for the requests of one address, 200 from many."""


class FakeWorkload:
    """Answers within ``seconds`` up to ``capacity`` requests a second, and late beyond it."""

    pauses = 0
    """Rounds at 40 requests a second in which the machine pauses."""

    def __init__(self, capacity: float, seconds: float, statuses: dict[str, int]) -> None:
        self.capacity, self.seconds, self.statuses = capacity, seconds, statuses
        self.rates: list[float] = []
        self.jams_for = 0
        """Rounds in which it is late after a rate that it did not bear."""
        self.is_silent_beyond = False
        """Whether ``b`` gives no answer beyond its capacity."""
        self._jammed = 0
        self._plan: LoadPlan | None = None

    async def start(self, plan: LoadPlan) -> None:
        self._jammed = max(0, self._jammed - 1)
        if plan.rate_per_second > self.capacity and self.jams_for:
            self._jammed = self.jams_for
        self.rates.append(plan.rate_per_second)
        self._plan = plan

    async def wait_until_ended(self) -> None:
        await asyncio.sleep(0)

    async def stop(self, at: float) -> WorkloadReport:
        del at
        assert self._plan is not None
        plan = self._plan
        count = int(plan.rate_per_second * plan.max_seconds) + 1
        ops = [self._op(n, plan.operations[n % len(plan.operations)]) for n in range(count)]
        return WorkloadReport(ops=ops, unsent=0, offered=count, lag_p99_seconds=0.0)

    def _op(self, number: int, operation: Operation) -> Op:
        paused = self.rates[-1] == 40 and self.rates.count(40) <= self.pauses
        late = self.rates[-1] > self.capacity or self._jammed > 0 or paused
        status = 200 if operation.after else self.statuses.get(operation.name, 200)
        if status == PER_ADDRESS:
            status = 200 if HEADER in operation.headers else 429
        silent = late and self.is_silent_beyond and operation.name == "b"
        return Op(
            id=number, name=operation.name, effect="read", key=None, intended=0.0, sent=0.0,
            done=self.seconds + 2.0 * late, outcome=Outcome.UNKNOWN if silent else Outcome.APPLIED,
            status=None if silent else status, error="timeout" if silent else None,
            content_type=None, retry_after="10" if status == 429 else None, body="",
        )  # fmt: skip


class FakeApp:
    """Its new process is not jammed."""

    def __init__(self, workload: FakeWorkload) -> None:
        self.workload, self.starts = workload, 0

    async def crash(self) -> None:
        self.workload._jammed = 0

    async def revive(self) -> None:
        self.starts += 1

    async def ensure(self) -> None:
        assert self.starts


async def warmed(
    names: str,
    capacity: float = 1000,
    seconds: float = 0.01,
    contract: Contract = DEFAULT_CONTRACT,
    jams_for: int = 0,
    *,
    is_silent_beyond: bool = False,
    statements: float | None = None,
    spares: str = "",
    **statuses: int,
) -> tuple[Warmed, list[float]]:
    operations = tuple(
        Operation(name=name, method="GET", path=f"/{name}", effect="read") for name in names
    )
    profiles = tuple(
        OperationProfile(
            operation=f"GET /{name}",
            name=name,
            effect="read",
            median_seconds=seconds,
            statements=statements if name == "b" else 0.0 if statements else None,
        )
        for name in names
    )
    profile = AppProfile(name="app", app="app:app", contract=contract, operations=operations)
    workload: Any = FakeWorkload(capacity, seconds, statuses)
    workload.jams_for, workload.is_silent_beyond = jams_for, is_silent_beyond
    following = {
        one.name: dataclasses.replace(one, after="a") for one in operations if one.name in spares
    }
    coverage = Coverage(operations=profiles)
    found = Discovery(profile=profile, coverage=coverage, spares=following)
    app: Any = FakeApp(workload)
    return await warm_up(workload, found, "http://app", app), workload.rates


@pytest.mark.parametrize(("capacity", "rate"), [(1000, 80), (100, 40), (50, 20), (15, 5), (1, 5)])
async def test_the_load_is_half_of_what_the_app_bears(capacity: float, rate: float) -> None:
    found, rates = await warmed("ab", capacity)
    assert found.rate_per_second == rate
    assert rates[0] == 10, "it starts low"
    assert bool(found.coverage.notes) is (rate < 80)


@pytest.mark.parametrize(("pauses", "rate", "rounds"), [(1, 80, 7), (2, 10, 6)])
async def test_one_pause_of_the_machine_does_not_halve_the_load(
    pauses: int, rate: float, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeWorkload, "pauses", pauses)
    found, rates = await warmed("ab")
    assert found.rate_per_second == rate
    assert rates[:5] == [10, 20, 40, 5, 40]
    assert len(rates) == rounds


async def test_an_operation_that_is_slow_by_nature_does_not_lower_the_load() -> None:
    found, _ = await warmed("a", seconds=0.8)
    assert found.rate_per_second == 80


@pytest.mark.parametrize("status", [409, 500])
async def test_bodies_that_are_refused_are_made_equal_before_anything_is_left_out(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differing(**given: Any) -> Operation:
        return kind(**given, bodies=("other",), plain_bodies=("plain",))

    def answer(self: FakeWorkload, number: int, operation: Operation) -> Op:
        self.statuses = {"b": status if operation.bodies == ("other",) else 200}
        return answered(self, number, operation)

    answered, kind = FakeWorkload._op, Operation
    monkeypatch.setattr(FakeWorkload, "_op", answer)
    monkeypatch.setattr(f"{__name__}.Operation", differing)
    found, _ = await warmed("ab")
    assert [one.bodies for one in found.profile.operations] == [("other",), ("plain",)]
    assert not found.coverage.left_out


async def test_what_fails_at_a_low_rate_is_left_out_and_the_rest_bears_its_load() -> None:
    found, _ = await warmed("ab", b=500)
    assert [one.name for one in found.profile.operations] == ["a"]
    assert found.rate_per_second == 80
    assert "fails without a fault" in found.coverage.left_out["GET /b"]


async def test_what_is_refused_under_load_is_left_out() -> None:
    found, _ = await warmed("abc", b=404)
    assert [one.name for one in found.profile.operations] == ["a", "c"]
    assert found.coverage.left_out["GET /b"].startswith("404 without a fault, for")


async def test_what_is_refused_under_load_follows_what_makes_its_items() -> None:
    found, _ = await warmed("abc", spares="bc", b=404)
    assert [(one.name, one.after) for one in found.profile.operations] == [
        ("a", ""),
        ("b", "a"),
        ("c", ""),
    ]
    assert not found.coverage.left_out
    notes = {one.name: one.note for one in found.coverage.operations}
    assert notes == {"a": "", "b": "follows a, on what that made", "c": ""}


async def test_nothing_is_left_out_when_everything_fails() -> None:
    found, _ = await warmed("a", a=500)
    assert [one.name for one in found.profile.operations] == ["a"]


async def test_what_is_rate_limited_is_asked_as_often_as_it_allows() -> None:
    found, _ = await warmed("ab", b=429)
    limited = found.profile.operations[1]
    assert limited.least_interval_seconds > 1
    assert found.coverage.operations[1].note.startswith("rate-limited: 429 after")


async def test_a_limit_per_address_is_met_from_many_addresses() -> None:
    found, _ = await warmed("ab", b=PER_ADDRESS)
    assert [one.least_interval_seconds for one in found.profile.operations] == [0, 0]
    assert all(HEADER in one.headers for one in found.profile.operations)
    assert found.rate_per_second == 80
    assert found.coverage.notes == (NOTE,)


async def test_the_limit_of_an_app_that_runs_already_is_obeyed() -> None:
    attached = dataclasses.replace(DEFAULT_CONTRACT, process_known=False)
    found, _ = await warmed("ab", contract=attached, b=PER_ADDRESS)
    assert found.profile.operations[1].least_interval_seconds > 1
    assert not any(HEADER in one.headers for one in found.profile.operations)


async def test_an_app_that_the_search_for_its_rate_has_jammed_is_waited_for() -> None:
    _, rates = await warmed("a", capacity=50, jams_for=9)
    assert rates == [10, 20, 40, 80, *[5] * 9]


async def test_an_app_that_stays_jammed_by_the_search_for_its_rate_is_started_again() -> None:
    found, rates = await warmed("a", capacity=50, jams_for=99)
    assert rates == [10, 20, 40, 80, *[5] * 12, 5], "it is calm in the first round after its start"
    assert JAMMED in found.coverage.notes
    assert found.rate_per_second == 20
    foreign = dataclasses.replace(DEFAULT_CONTRACT, process_known=False)
    _, rates = await warmed("a", capacity=50, jams_for=99, contract=foreign)
    assert rates == [10, 20, 40, 80, *[5] * 12], "it is not ours to end"
    found, _ = await warmed("a", capacity=50, jams_for=9)
    assert JAMMED not in found.coverage.notes


async def test_what_is_only_slow_is_asked_at_the_lowest_rate_and_not_left_out() -> None:
    found, rates = await warmed("ab", capacity=7, is_silent_beyond=True)
    assert [one.name for one in found.profile.operations] == ["a", "b"]
    assert (found.rate_per_second, rates[:2]) == (5, [10, 5])


@pytest.mark.parametrize(("seconds", "rate"), [(0.01, 5), (0.125, 4), (0.4, 3)])
async def test_an_app_that_bears_nothing_gets_as_little_as_its_requests_are_slow(
    seconds: float, rate: float
) -> None:
    found, _ = await warmed("ab", capacity=1, seconds=seconds)
    assert found.rate_per_second == rate


async def test_a_load_of_which_nothing_touches_the_database_is_refused() -> None:
    with pytest.raises(LabError, match=r"(?s)touches the database: GET /a; left out:.*GET /b: fai"):
        await warmed("ab", statements=2.0, b=500)
    found, _ = await warmed("abc", statements=2.0, c=500)
    assert found.coverage.touching == 1
