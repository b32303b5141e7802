"""pytest-xdist with the docker provider: a lab for each worker, at the same time, none left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from squall.lab.providers.docker import reaper
from squall.lab.providers.docker.docker_client import plain

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.timeout(240),
]

TEST = """
import json, os, pathlib, time

def test_the_database_dies_in_one_worker_only(squall, request):
    name = os.environ["PYTEST_XDIST_WORKER"]
    here = pathlib.Path(os.environ["MEETING"])
    hold = squall._session.lab
    lab = hold.lab
    begun = hold._loop.wait(started(lab))
    places = {"pid": os.getpid(), "database": lab.database.port, "app": str(lab.app_address)}
    tell(here / f"{name}.json", places)
    meet(here, "gw?.json")
    if name == "gw0":
        hold._loop.wait(lab.database.kill())
        hold._loop.wait(lab.database.start())
    tell(here / f"{name}.done", {})
    meet(here, "gw?.done")
    same = hold._loop.wait(started(lab)) == begun
    after = {"same": same, "broken": hold._loop.wait(lab.broken())}
    tell(here / f"{name}.after", after)

async def started(lab):
    async with lab.database.session() as session:
        return list(await session.values("SELECT pg_postmaster_start_time()"))

def tell(path, what):
    (path.parent / "half").mkdir(exist_ok=True)
    half = path.parent / "half" / path.name
    half.write_text(json.dumps(what))
    half.rename(path)

def meet(here, pattern):
    ends = time.monotonic() + 120
    while len(list(here.glob(pattern))) < 2:
        assert time.monotonic() < ends, "the other worker does not come"
        time.sleep(0.01)
"""


def test_two_workers_at_once_have_a_lab_each(tmp_path: Path) -> None:
    (tmp_path / "test_in_two_workers.py").write_text(TEST, encoding="utf-8")
    words = ["--dist=each", "--tx=2*popen", "--squall-provider=docker", "--squall-seed=1"]
    words.append("--squall-app=reference")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "MEETING": str(tmp_path)}, check=False,
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    labs = [json.loads((tmp_path / f"gw{n}.json").read_text("utf-8")) for n in (0, 1)]
    for place in ("pid", "database", "app"):
        assert labs[0][place] != labs[1][place]
    after = [json.loads((tmp_path / f"gw{n}.after").read_text("utf-8")) for n in (0, 1)]
    assert after == [{"same": False, "broken": ""}, {"same": True, "broken": ""}]
    assert owned({lab["pid"] for lab in labs}) == []


def owned(pids: set[int]) -> list[str]:
    """Containers that one of these processes left."""
    with closing(plain()) as client:
        return [
            container.name
            for container in client.containers.list(
                all=True, filters={"label": reaper.OWNER}, ignore_removed=True
            )
            if int(container.labels[reaper.OWNER].split("/")[1]) in pids
        ]
