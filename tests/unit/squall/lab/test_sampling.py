"""What is looked at beside the requests, on the virtual clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from squall.core import events
from squall.lab import app_metrics, readiness
from squall.lab.sampling import Sampler
from squall.workload.http_exchange import Answer
from squall_faults import InjectionFailed

from tests.unit.squall.runner.suite_fakes import Timeline


@dataclass
class Place:
    """A lab to look at, for one second."""

    clock: Timeline = field(default_factory=Timeline)
    heard: list[events.Event] = field(default_factory=list)
    engine_gone: bool = False
    broken: bool = False
    metrics: str | None = None
    live: str | None = None
    app: Any = None

    def __post_init__(self) -> None:
        self.app = SimpleNamespace(
            scheme="http", host="h", port=1, failed_starts=[], exit_code=None,
            meant_to_be_down=False, times_down=0, processor_awaited=None, log_path=Path("none"),
        )  # fmt: skip

    async def sample(self) -> events.BackendsSampled:
        if self.broken:
            raise OSError("the observer broke")
        return events.BackendsSampled(
            at=self.clock.now(), total=1, active=0, idle=1, idle_in_transaction=0
        )

    async def traffic(self) -> Any:
        if self.engine_gone:
            raise InjectionFailed("no answer")
        return SimpleNamespace(statements=5, accepted=2, upstream_bytes=0, downstream_bytes=0)

    def lab(self) -> Any:
        profile = SimpleNamespace(
            live=self.live, has_readiness=False, ready_path="/readyz", metrics=self.metrics,
            dependencies=(), operations=(), starts_without_database=True, database={},
            gauges={"breaker": ("closed", "open"), "pool": ()},
        )  # fmt: skip
        return SimpleNamespace(
            app=self.app,
            profile=profile,
            observer=self,
            database_traffic=self.traffic,
            options=SimpleNamespace(seed=1),
            app_database_url="postgresql://app:a-long-password@h/d",
        )

    async def look(self, seconds: float = 0.95) -> None:
        async def run() -> None:
            async with Sampler(self.lab(), self.clock, self.heard.append):
                await self.clock.sleep(seconds)

        await self.clock.drive(asyncio.create_task(run()))

    def times(self, kind: type[events.Event]) -> list[float]:
        return [round(one.at, 3) for one in self.heard if isinstance(one, kind)]


async def test_sessions_and_load_are_sampled_ten_times_a_second() -> None:
    place = Place()
    await place.look()
    tenths = [round(number / 10, 3) for number in range(10)]
    assert place.times(events.BackendsSampled) == tenths
    assert place.times(events.DatabaseLoad) == tenths


async def test_a_probe_that_hangs_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(live="/livez")

    async def hang(*_address: object) -> Answer:
        await place.clock.sleep(0.6)
        return Answer(status=200)

    monkeypatch.setattr(readiness, "http_answer", hang)
    await place.look()
    assert len(place.times(events.BackendsSampled)) == 10
    first, second = (one for one in place.heard if isinstance(one, events.ProbeSampled))
    assert first.status == 200
    assert first.at == pytest.approx(0.6)
    assert second.at == pytest.approx(1.3), "a look that has begun is not cut"


@pytest.mark.parametrize(("body", "discloses"), [(b"at app:a-long-password@h", True), (b"", False)])
async def test_a_probe_that_tells_the_password_is_seen(
    monkeypatch: pytest.MonkeyPatch, body: bytes, *, discloses: bool
) -> None:
    place = Place(live="/livez")

    async def answer(*_address: object) -> Answer:
        return Answer(status=503, body=body)

    monkeypatch.setattr(readiness, "http_answer", answer)
    await place.look()
    probes = [one for one in place.heard if isinstance(one, events.ProbeSampled)]
    assert {one.discloses for one in probes} == {discloses}


async def test_an_end_of_the_app_is_reported_once_and_a_failed_start_each_time() -> None:
    place = Place()
    place.app.exit_code = 3

    async def fail_to_start() -> None:
        await place.clock.sleep(0.25)
        place.app.failed_starts += [1, 1]

    starts = asyncio.create_task(fail_to_start())
    await place.look()
    await starts
    ends = [one for one in place.heard if isinstance(one, events.AppExited)]
    assert [(one.exit_code, one.starting) for one in ends] == [(3, False)]
    place.app.exit_code = None
    place.heard.clear()
    place.app.failed_starts.clear()
    starts = asyncio.create_task(fail_to_start())
    await place.look()
    await starts
    ends = [one for one in place.heard if isinstance(one, events.AppExited)]
    assert [(one.exit_code, one.starting) for one in ends] == [(1, True), (1, True)]


async def test_an_end_that_was_meant_is_not_reported() -> None:
    place = Place()
    place.app.exit_code, place.app.meant_to_be_down = -9, True
    await place.look()
    assert place.times(events.AppExited) == []


async def test_an_engine_that_does_not_answer_leaves_a_hole() -> None:
    place = Place(engine_gone=True)
    await place.look()
    assert place.times(events.DatabaseLoad) == []
    assert len(place.times(events.BackendsSampled)) == 10


async def test_gauges_are_read_half_as_often_and_states_have_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = Place(metrics="/metrics")

    async def gauges(*_address: object) -> dict[str, float]:
        return {"breaker": 1.0, "pool": 4.0, "other": 7.0}

    monkeypatch.setattr(app_metrics, "gauges", gauges)
    await place.look()
    assert place.times(events.GaugesSampled) == [0.0, 0.2, 0.4, 0.6, 0.8]
    seen = next(one for one in place.heard if isinstance(one, events.GaugesSampled))
    assert (seen.values, seen.states) == ({"breaker": 1.0, "pool": 4.0}, {"breaker": "open"})


async def test_a_look_that_fails_is_raised_at_the_end() -> None:
    place = Place(broken=True)
    with pytest.raises(OSError, match="the observer broke"):
        await place.look()
    assert len(place.times(events.DatabaseLoad)) == 10
