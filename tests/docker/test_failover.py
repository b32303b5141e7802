"""A real standby on either provider: follows, is cut off, is promoted, and is thrown away."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from squall import REFERENCE, LabOptions
from squall.lab import readiness
from squall.lab.lab import Lab, lab
from squall.lab.providers.process import postgres_binaries
from squall_faults import Failover, FaultUnavailable, HealFailed, within
from squall_faults.ports import DatabaseCluster, DatabaseSession

SECONDS = 10.0
FOLLOWERS = "SELECT count(*) FROM pg_stat_replication"
NAMES = "SELECT setting FROM pg_settings WHERE name = 'synchronous_standby_names'"
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(180)]


def in_labs(*labs: tuple[str, str]) -> pytest.MarkDecorator:
    """Run a test in these labs, and in all others as a proof.

    The engine makes no difference to processes; docker has other addresses.
    """
    every = (("process", "embedded"), ("docker", "toxiproxy"), ("docker", "embedded"))
    return pytest.mark.parametrize(
        "running",
        [pytest.param(one, marks=() if one in labs else pytest.mark.proof) for one in every],
        indirect=True,
        ids="-".join,
    )


everywhere = in_labs(("process", "embedded"), ("docker", "toxiproxy"))
on_processes = in_labs(("process", "embedded"))


@pytest.fixture
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    """A lab without a load; with a real Toxiproxy the meter is what a standby passes."""
    provider, engine = request.param
    if provider == "docker":
        request.getfixturevalue("docker_engine")
    options = LabOptions(profile=REFERENCE, engine=engine, seed=1, provider=provider)
    async with lab(options, loaded=False) as made:
        yield made


def cluster_of(running: Lab) -> DatabaseCluster:
    port = running.port_for(Failover())
    assert isinstance(port, DatabaseCluster)
    return port


async def values(running: Lab, sql: str) -> list[Any]:
    async with running.database.session() as session:
        return list(await session.values(sql))


async def write(running: Lab, key: str) -> int:
    """One order through both proxies and the app; the status of the answer."""

    def post() -> int:
        request = urllib.request.Request(
            f"http://{running.app_address}/orders",
            data=json.dumps({"item_id": 1, "quantity": 1}).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - ours
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    return await asyncio.to_thread(post)


async def written(running: Lab) -> set[str]:
    return set(await values(running, "SELECT idempotency_key FROM orders"))


async def until_written(running: Lab, key: str) -> None:
    """The app notices by itself that it has a database again."""

    async def accepted() -> bool:
        return await write(running, key) == 201

    assert await readiness.wait_until(accepted, SECONDS)


@everywhere
async def test_a_failover_loses_what_was_not_shipped_and_nothing_else(running: Lab) -> None:
    cluster = cluster_of(running)
    await cluster.replicate(synchronous=False)
    old = running.database
    assert await write(running, "shipped") == 201
    await cluster.sever()
    assert await write(running, "unshipped") == 201
    assert await cluster.unshipped() > 0
    await cluster.kill()
    await cluster.promote()
    assert running.database is not old
    assert not await old.accepts()
    assert await written(running) == {"shipped"}
    await until_written(running, "later")
    assert await written(running) == {"shipped", "later"}
    assert await running.broken() == ""
    assert await running.observer.totals({"orders": "SELECT count(*) FROM orders"}) == {"orders": 2}


@on_processes
async def test_synchronous_replication_acknowledges_nothing_that_is_not_shipped(
    running: Lab,
) -> None:
    cluster = cluster_of(running)
    await cluster.replicate(synchronous=True)
    assert await write(running, "shipped") == 201
    await cluster.sever()
    async with running.database.session() as session:
        writing = asyncio.create_task(write(running, "waits"))
        await until_one_waits(session)
    await cluster.kill()
    await cluster.promote()
    assert await writing != 201 or "waits" in await written(running)
    assert "shipped" in await written(running)
    assert await values(running, NAMES) == [""]


async def until_one_waits(session: DatabaseSession) -> None:
    async def waits() -> bool:
        return list(await session.values(WAITS)) == [1]

    assert await readiness.wait_until(waits, SECONDS)


@on_processes
async def test_the_lab_survives_one_failover_after_the_other(running: Lab) -> None:
    ports = {running.database.port}
    for number in range(2):
        fault = Failover()
        async with within(fault, running.port_for(fault)):
            assert not await running.database.accepts()
        await running.tidy()
        await until_written(running, f"after {number}")
        ports.add(running.database.port)
    assert len(ports) == 3
    assert await written(running) == {"after 0", "after 1"}


@everywhere
async def test_a_new_primary_can_crash_and_recover(running: Lab) -> None:
    fault = Failover()
    async with within(fault, running.port_for(fault)):
        pass
    await until_written(running, "kept")
    await running.database.kill()
    await running.database.start()
    assert await written(running) == {"kept"}
    assert await values(running, "SELECT pg_is_in_recovery()") == [False]


@on_processes
async def test_a_standby_that_was_not_needed_goes(running: Lab) -> None:
    await cluster_of(running).replicate(synchronous=True)
    assert await values(running, FOLLOWERS) == [1]
    await running.tidy()
    assert await values(running, NAMES) == [""]
    assert await write(running, "nobody waits for a standby") == 201

    async def alone() -> bool:
        return await values(running, FOLLOWERS) == [0]

    assert await readiness.wait_until(alone, SECONDS)
    assert await running.broken() == ""


@on_processes
async def test_a_second_call_keeps_the_standby(running: Lab) -> None:
    cluster = cluster_of(running)
    await cluster.replicate(synchronous=False)
    begun = await values(running, "SELECT backend_start FROM pg_stat_replication")
    await cluster.replicate(synchronous=True)
    assert await values(running, "SELECT backend_start FROM pg_stat_replication") == begun
    assert await values(running, "SELECT sync_state FROM pg_stat_replication") == ["sync"]


@on_processes
async def test_a_standby_that_cannot_be_promoted_is_a_failed_cure(running: Lab) -> None:
    fault = Failover()
    with pytest.raises(HealFailed, match="could not be undone"):
        async with within(fault, running.port_for(fault)):
            await running._cluster._standby.database.kill()  # type: ignore[union-attr]


async def test_without_a_program_for_base_backups_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = postgres_binaries.find()
    for name in ("postgres", "initdb"):
        (tmp_path / name).symlink_to(binaries / name)
    options = LabOptions(profile=REFERENCE, seed=1)
    async with lab(options, loaded=False) as running:
        monkeypatch.setenv("SQUALL_PG_BIN", str(tmp_path))
        with pytest.raises(FaultUnavailable, match=r"a standby needs pg_basebackup.*SQUALL_PG_BIN"):
            running.port_for(Failover())
