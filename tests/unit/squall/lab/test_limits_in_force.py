"""Time limits that stay on sessions: when they are looked at, and what reads under them tell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from squall.core.clock import VirtualClock
from squall.core.events import Event, LimitsInForce, RestSampled
from squall.gates.session_leftovers import SessionLeftovers
from squall.lab import limits_in_force
from squall.lab.limits_in_force import limits_stay, use_each_session
from squall.workload.plan import LoadPlan

PLAN = LoadPlan(
    base_url="", operations=(), rate_per_second=1, arrivals="constant", seed=1, run_id="r",
    start_at=0, max_seconds=1, timeout_seconds=1,
)  # fmt: skip

USUAL = {"lock_timeout=aa": 3}


def rest(moment: str, **settings: int) -> RestSampled:
    return RestSampled(
        at=0.1 if moment == "before" else 9.0, moment=moment, sessions=20, advisory_locks=0,
        listeners=0, temporary_tables=0, settings=settings,
    )  # fmt: skip


def limits(unused: int = 0, slowest: float = 0.3, **found: int) -> LimitsInForce:
    values = {f"statement_timeout={digest}": on for digest, on in found.items()}
    return LimitsInForce(at=9.5, requests=20, slowest_seconds=slowest, unused=unused, limits=values)


@pytest.mark.parametrize(
    ("happened", "wanted"),
    [
        ([rest("before"), rest("after")], False),
        ([rest("before"), rest("after", **{"statement_timeout=aa": 1})], True),
        ([rest("before", **USUAL), rest("after", **USUAL)], False),
        ([rest("before"), rest("after", **{"work_mem=aa": 1})], False),
        ([rest("after", **{"statement_timeout=aa": 1})], False),
    ],
    ids=["none", "one more", "usual", "no limit", "not sampled"],
)  # fmt: skip
def test_sessions_are_used_only_if_limits_are_not_as_before(
    happened: list[Event], *, wanted: bool
) -> None:
    assert limits_stay(happened) is wanted


@pytest.mark.parametrize(
    ("before", "seen", "code"),
    [
        ({}, limits(aa=1, bb=1), "limits-left"),
        ({}, limits(aa=1, bb=1, unused=1), "holds"),
        # One value: the one that fits, which the app sets anew.
        ({}, limits(aa=5), "holds"),
        ({}, limits(), "holds"),
        # Each request sets its own, in calm, too.
        ({"statement_timeout=cc": 1, "statement_timeout=dd": 1}, limits(aa=1, bb=1), "holds"),
        # Reads that were late may lower their limit.
        ({}, limits(aa=1, bb=1, slowest=0.7), "holds"),
    ],
    ids=["two values", "perhaps unused", "one value", "none", "habit", "late reads"],
)
def test_different_limits_after_reads_with_all_of_their_time_are_left_behind(
    evidence: Any, before: dict[str, int], seen: LimitsInForce, code: str
) -> None:
    run = evidence([], [rest("before", **before), rest("after"), seen])
    assert SessionLeftovers().judge(run).code == code


async def test_each_session_serves_one_read(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[int] = []

    async def answered(value: object) -> Any:
        return value

    def burst(plan: LoadPlan, requests: int) -> LoadPlan:
        wanted.append(requests)
        return plan

    ops = (make.op(1, at=1.0, done=1.3), make.op(2, at=1.0, done=1.5))
    settings = {"statement_timeout=aa": 2, "timezone=bb": 1}
    lab = SimpleNamespace(
        app=SimpleNamespace(pids=list),
        observer=SimpleNamespace(
            server_time=lambda: answered(0),
            sample=lambda: answered(SimpleNamespace(total=12)),
            unused_sessions=lambda _since: answered((12, 1)),
        ),
        workload=SimpleNamespace(
            start=lambda _plan: answered(None),
            stop=lambda _at: answered(SimpleNamespace(ops=ops)),
        ),
        database_traffic=lambda: answered(SimpleNamespace(settings=settings)),
    )
    monkeypatch.setattr(limits_in_force, "slow_down", lambda _lab, _stack: answered(True))
    monkeypatch.setattr(limits_in_force, "burst_plan", burst)
    heard: list[Any] = []
    await use_each_session(cast("Any", lab), VirtualClock(), PLAN, heard.append)
    assert wanted == [12]
    assert (heard[0].slowest_seconds, heard[0].unused) == (0.5, 1)
    assert heard[0].limits == {"statement_timeout=aa": 2}
