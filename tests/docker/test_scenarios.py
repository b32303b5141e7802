"""Faults on the app's container, and two labs at once; outages: tests/scenarios."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from squall import REFERENCE, LabOptions, SyncLab
from squall.core.events import ProcessorAwaited
from squall.lab.lab import lab
from squall_faults import within
from squall_faults.database.crash import Crash
from squall_faults.network.refuse import Refuse

pytestmark = [pytest.mark.scenario, pytest.mark.usefixtures("docker_engine")]


def held(engine: str) -> SyncLab:
    return SyncLab(LabOptions(profile=REFERENCE, engine=engine, seed=1, provider="docker"))


@pytest.fixture(scope="module")
def labs() -> Iterator[dict[str, SyncLab]]:
    made: dict[str, SyncLab] = {}
    yield made
    for each in made.values():
        each.close()


@pytest.mark.parametrize("name", ["app-crash", "app-frozen", "deploy-under-load"])
def test_faults_on_the_apps_process_reach_its_container(
    name: str, labs: dict[str, SyncLab]
) -> None:
    labs.setdefault("toxiproxy", held("toxiproxy"))
    run = labs["toxiproxy"].run(name)
    assert run.verdicts["faults-bit"] == "pass"
    assert run.verdicts["no-acknowledged-write-lost"] == "pass"


def test_an_app_in_a_container_is_seen_to_wait_for_a_processor_too(
    labs: dict[str, SyncLab],
) -> None:
    """Else a busy machine would count against it."""
    labs.setdefault("toxiproxy", held("toxiproxy"))
    run = labs["toxiproxy"].run("database-fast-restart")
    waits = [event for event in run.evidence.events if isinstance(event, ProcessorAwaited)]
    assert len(waits) > 10
    assert waits[0].seconds < waits[-1].seconds


async def test_two_labs_do_not_disturb_each_other() -> None:
    """The one loses its database and its network; the other does not notice."""
    options = LabOptions(profile=REFERENCE, engine="toxiproxy", seed=1, provider="docker")
    async with lab(options, loaded=False) as hurt, lab(options, loaded=False) as well:
        async with well.database.session() as session:
            begun = await session.values("SELECT pg_postmaster_start_time()")
            crash, refuse = Crash(), Refuse()
            async with within(refuse, hurt.port_for(refuse)), within(crash, hurt.port_for(crash)):
                assert not await hurt.database.accepts()
                assert await well.broken() == ""
                assert await session.values("SELECT pg_postmaster_start_time()") == begun
            assert await hurt.broken() == ""
        places = [
            {each.app_address.port, each.database.port, each.app.port} for each in (hurt, well)
        ]
        assert places[0].isdisjoint(places[1])


async def test_a_server_that_is_down_keeps_its_name_and_its_address() -> None:
    """Else whoever dials it waits for the machine's name server, and recovers so much later."""
    options = LabOptions(profile=REFERENCE, engine="embedded", seed=1, provider="docker")
    async with lab(options, loaded=False) as running:
        engine = running._parts.engine._box.container  # type: ignore[attr-defined]
        dial = "import socket; print(socket.gethostbyname('postgres'))"

        def address() -> str:
            done = engine.exec_run(["python", "-c", dial])
            assert done.exit_code == 0, done.output.decode()
            return str(done.output.decode().strip())

        before = await asyncio.to_thread(address)
        crash = Crash()
        async with within(crash, running.port_for(crash)):
            assert await asyncio.to_thread(address) == before
        assert await asyncio.to_thread(address) == before
        server = running.database._box.container  # type: ignore[attr-defined]
        server.reload()
        places = server.attrs["NetworkSettings"]["Networks"].values()
        assert {place["IPAddress"] for place in places} == {before}
