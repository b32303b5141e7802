"""Nothing of a lab outlives its harness in the engine, and nobody else's things are touched."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from squall.lab.providers.docker import reaper
from squall.lab.providers.docker.container_factory import ContainerFactory, ContainerSpec
from squall.lab.providers.docker.docker_client import plain
from testcontainers.core.config import testcontainers_config
from testcontainers.core.labels import LABEL_SESSION_ID, SESSION_ID

LEFT_SECONDS = 10.0
UP_SECONDS = 60.0

pytestmark = pytest.mark.usefixtures("docker_engine")


@pytest.fixture
def client() -> Iterator[Any]:
    with contextlib.closing(plain()) as made:
        yield made


def of_process(client: Any, pid: int) -> list[Any]:
    """Containers and networks that a harness's process owns."""
    listed = client.containers.list(all=True, filters={"label": reaper.OWNER}, ignore_removed=True)
    owned = [c for c in listed if c.labels[reaper.OWNER].split("/")[1] == str(pid)]
    networks = client.networks.list(filters={"label": reaper.OWNER})
    return owned + [
        n for n in networks if n.attrs["Labels"][reaper.OWNER].split("/")[1] == str(pid)
    ]


def check(directory: Path) -> subprocess.Popen[bytes]:
    words = ["check", "--provider", "docker", "--only", "silent-network"]
    return subprocess.Popen(
        [sys.executable, "-m", "squall.cli", *words, "--output", str(directory / "out")],
        env={**os.environ, "TMPDIR": str(directory)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(holds: Any, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("containers", [1, 4])
def test_kill_9_of_a_run_leaves_no_container(
    client: Any, containers: int, public_directory: Path
) -> None:
    """While the lab is made, and while it is up."""
    harness = check(public_directory)
    wanted = containers + 1  # the network
    try:
        assert until(lambda: len(of_process(client, harness.pid)) >= wanted, UP_SECONDS)
    finally:
        harness.send_signal(signal.SIGKILL)
        harness.wait()
    assert until(lambda: not of_process(client, harness.pid), LEFT_SECONDS)
    time.sleep(1)  # a call that was on its way would make one now; that sets no event
    assert of_process(client, harness.pid) == []


def test_a_run_that_is_interrupted_leaves_nothing_when_it_ends(
    client: Any, public_directory: Path
) -> None:
    harness = check(public_directory)
    assert until(lambda: len(of_process(client, harness.pid)) >= 5, UP_SECONDS)
    harness.send_signal(signal.SIGINT)
    assert harness.wait(30) == 130
    assert of_process(client, harness.pid) == []


RYUK = """
import asyncio, sys
from testcontainers.core.container import Reaper
from harness import REFERENCE, LabOptions
from squall.lab.lab import lab

async def main():
    Reaper.get_instance()
    options = LabOptions(profile=REFERENCE, provider="docker", engine="embedded")
    async with lab(options, loaded=False):
        print("up", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
"""Somebody's own tests have started Ryuk in the same process."""


@pytest.fixture
def ryuk(client: Any) -> str:
    """Its image, where there is one: it has no stand-in."""
    image = str(testcontainers_config.ryuk_image)
    if not client.images.list(name=image):
        pytest.skip(f"{image} is missing; get it with: docker pull {image}")
    return image


def test_a_container_carries_what_ryuk_looks_for(client: Any, yard: ContainerFactory) -> None:
    """Somebody else's reaper may take it away at any time, and ours does not mind."""
    made = yard.make(ContainerSpec(image="python:3.11-slim-bookworm", alias="a", ports={}))
    ours = {"label": f"{LABEL_SESSION_ID}={SESSION_ID}"}
    found = client.containers.list(all=True, filters=ours, ignore_removed=True)
    assert [container.id for container in found] == [made.id]
    found[0].remove(force=True, v=True)
    yard.clear()


def test_where_ryuk_runs_nothing_is_left_either(
    client: Any, ryuk: str, public_directory: Path
) -> None:
    """Both reapers know our containers; which comes first does not matter."""

    def ryuks() -> set[str]:
        found = client.containers.list(filters={"ancestor": ryuk}, ignore_removed=True)
        return {container.id for container in found}

    before = ryuks()
    harness = subprocess.Popen(
        [sys.executable, "-c", RYUK],
        env={**os.environ, "TMPDIR": str(public_directory)},
        stdout=subprocess.PIPE,
    )
    try:
        assert harness.stdout is not None
        assert harness.stdout.readline() == b"up\n"
        assert len(ryuks() - before) == 1
        session = {
            container.labels[LABEL_SESSION_ID] for container in of_process(client, harness.pid)
            if hasattr(container, "labels")
        }  # fmt: skip
        assert len(session) == 1, "one that Ryuk does not know"
    finally:
        harness.kill()
        harness.communicate()
    assert until(lambda: not of_process(client, harness.pid), LEFT_SECONDS)
    assert until(lambda: ryuks() == before, 2 * LEFT_SECONDS)


def test_clean_removes_what_has_no_harness_any_more(client: Any, yard: ContainerFactory) -> None:
    recipe = ContainerSpec(image="python:3.11-slim-bookworm", alias="left", ports={})
    kept = yard.make(recipe)
    dead = f"{socket.gethostname()}/{2**22 - 1}/1.00"
    left = client.containers.create(recipe.image, labels={reaper.LAB: "gone", reaper.OWNER: dead})
    elsewhere = client.containers.create(
        recipe.image, labels={reaper.LAB: "far", reaper.OWNER: "another-host/1/1.00"}
    )
    try:
        assert reaper.clean().containers >= 1
        there = {c.id for c in client.containers.list(all=True, ignore_removed=True)}
        assert left.id not in there
        assert {kept.id, elsewhere.id} <= there
    finally:
        elsewhere.remove(force=True)


def test_a_paused_container_can_be_removed(client: Any, yard: ContainerFactory) -> None:
    recipe = ContainerSpec(
        image="python:3.11-slim-bookworm", alias="a", ports={}, command=["sleep", "60"]
    )
    container = yard.make(recipe)
    container.start()
    container.pause()
    yard.clear()
    assert container.id not in {c.id for c in client.containers.list(all=True)}


def test_whose_process_number_was_given_to_another_is_orphaned() -> None:
    me, host = psutil.Process(), socket.gethostname()
    assert not reaper.orphaned(f"{host}/{me.pid}/{me.create_time():.2f}")
    assert reaper.orphaned(f"{host}/{me.pid}/1.00")
    assert reaper.orphaned(f"{host}/{2**22 - 1}/1.00")
    assert not reaper.orphaned("another-host/1/1.00")
    assert not reaper.orphaned("")
