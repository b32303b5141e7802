"""``database.failover``: a lag, the death of the primary, and a standby that takes its place."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import Failover, HealFailed, InjectionFailed, InvalidFault, within
from squall_faults.database import failover
from squall_faults.fault import Prepared

LAG_MS = 20


async def test_the_timeline_of_calls(cluster: Any) -> None:
    port = cluster(backends=20)
    async with within(Failover(), port) as injection:
        bite = await injection.bite()
        assert "promote" not in port.calls
    assert port.calls == ["replicate asynchronous", "client_backends", "kill", "promote"]
    assert (bite.count, bite.what) == (20, "sessions killed")


async def test_with_a_lag_the_standby_is_cut_off_before_the_primary_dies(cluster: Any) -> None:
    port = cluster(backends=20, unshipped=4096)
    async with within(Failover(lag_ms=LAG_MS), port) as injection:
        bite = await injection.bite()
    assert port.calls[2:] == ["sever", "unshipped", "kill", "promote"]
    assert port.lagged * 1000 >= LAG_MS
    assert (bite.count, bite.what) == (20, "sessions killed, 4096 bytes of log not shipped")


async def test_the_lag_lasts_until_something_was_written(cluster: Any) -> None:
    port = cluster(unshipped=0)
    behind = iter([0, 0, 512])

    async def unshipped() -> int:
        return next(behind)

    port.unshipped = unshipped
    async with within(Failover(lag_ms=LAG_MS), port) as injection:
        bite = await injection.bite()
    assert "512 bytes" in bite.what


async def test_a_lag_in_which_nothing_was_written_is_no_bite(
    cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "WRITE_SECONDS", 0.05)
    async with within(Failover(lag_ms=LAG_MS), cluster(unshipped=0)) as injection:
        assert (await injection.bite()).count == 0


async def test_a_primary_without_sessions_is_no_bite(cluster: Any) -> None:
    async with within(Failover(), cluster(backends=0)) as injection:
        assert (await injection.bite()).count == 0


async def test_synchronous_replication_is_asked_for(cluster: Any) -> None:
    port = cluster()
    async with within(Failover(replication="synchronous"), port):
        pass
    assert port.calls[0] == "replicate synchronous"


async def test_the_standby_can_be_made_ready_before_the_load(cluster: Any) -> None:
    port, fault = cluster(), Failover(replication="synchronous")
    assert isinstance(fault, Prepared)
    await fault.prepare(port)
    assert port.calls == ["replicate synchronous"]


@pytest.mark.parametrize("refuses", ["sever", "unshipped", "kill"])
async def test_what_fails_half_way_is_healed_all_the_same(cluster: Any, refuses: str) -> None:
    port = cluster(refuses=refuses)
    with pytest.raises(InjectionFailed, match=refuses):
        async with within(Failover(lag_ms=LAG_MS), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == "promote"


async def test_the_standby_is_promoted_when_the_block_raises(cluster: Any) -> None:
    port = cluster()
    with pytest.raises(KeyError):
        async with within(Failover(), port):
            raise KeyError
    assert port.calls[-1] == "promote"


async def test_without_a_standby_nothing_is_touched(cluster: Any) -> None:
    port = cluster(refuses="replicate")
    with pytest.raises(InjectionFailed, match="replicate"):
        async with within(Failover(), port):
            pytest.fail("must not be entered")
    assert port.calls == ["replicate asynchronous"]


async def test_a_standby_that_is_not_promoted_is_told_as_a_failed_cure(cluster: Any) -> None:
    with pytest.raises(HealFailed, match=r"Failover\(.*could not be undone"):
        async with within(Failover(), cluster(refuses="promote")):
            pass


def test_impossible_values_are_refused() -> None:
    with pytest.raises(InvalidFault, match="replication must be one of"):
        Failover(replication="sometimes")  # type: ignore[arg-type]
    for lag_ms in (-1, 5001, 0.5):
        with pytest.raises(InvalidFault, match="lag_ms must be a whole number from 0 to 5000"):
            Failover(lag_ms=lag_ms)  # type: ignore[arg-type]
