"""pytest-xdist with the docker provider: a lab for each worker, at the same time, none left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from harness.providers.docker import reaper
from harness.providers.docker.engine import plain

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.usefixtures("docker_engine"),
    pytest.mark.timeout(240),
]

TEST = """
import json, os, pathlib, time
from harness.pytest_plugin import held

def test_the_database_dies_here_while_another_worker_does_the_same(squall, request):
    lab = held(request.config).lab
    here = pathlib.Path(os.environ["MEETING"])
    name = os.environ["PYTEST_XDIST_WORKER"]
    places = {"pid": os.getpid(), "database": lab.database.port, "app": str(lab.app_address)}
    (here / f"{name}.json").write_text(json.dumps(places))
    ends = time.monotonic() + 60
    while len(list(here.glob("gw*.json"))) < 2 and time.monotonic() < ends:
        time.sleep(0.01)
    for _ in range(3):  # inconclusive: two labs on a small machine at the same time
        run = squall.run("database-crash-restart")
        if run.verdict != "inconclusive":
            break
    (here / f"{name}.verdicts.json").write_text(json.dumps(dict(run.verdicts)))
"""

MUST_PASS = ("faults-bit", "no-acknowledged-write-lost", "no-duplicate", "conservation",
             "app-survived")  # fmt: skip


def test_two_workers_at_once_have_a_lab_each(tmp_path: Path) -> None:
    (tmp_path / "test_in_two_workers.py").write_text(TEST, encoding="utf-8")
    words = ["--dist=each", "--tx=2*popen", "--squall-provider=docker", "--squall-seed=1"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "MEETING": str(tmp_path)}, check=False,
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    labs = [json.loads((tmp_path / f"gw{n}.json").read_text("utf-8")) for n in (0, 1)]
    for place in ("pid", "database", "app"):
        assert labs[0][place] != labs[1][place]
    for number in (0, 1):
        verdicts = json.loads((tmp_path / f"gw{number}.verdicts.json").read_text("utf-8"))
        assert {name: verdicts[name] for name in MUST_PASS} == dict.fromkeys(MUST_PASS, "pass")
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
