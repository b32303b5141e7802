"""``chaos run`` executes an exported experiment against the engine: injected, held, healed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from squall import Scenario, at
from squall.core.child_programs import python_module
from squall.exporting.chaos_toolkit import chaos_toolkit
from squall_faults import Latency, Refuse
from squall_faults.toxiproxy import ToxiproxyServer

pytestmark = pytest.mark.scenario

INSTALL = "pip install chaostoolkit (in an environment of its own; SQUALL_CHAOS_BIN names chaos)"


@pytest.fixture
def chaos(need: Callable[[str, str], None]) -> str:
    found = shutil.which(os.environ.get("SQUALL_CHAOS_BIN", "chaos"))
    if found is None:
        need("chaostoolkit", INSTALL)
    return str(found)


async def sampled(server: ToxiproxyServer, process: Any) -> list[tuple[float, bool, str]]:
    """Each state of the proxies that differs from the one before, with its moment."""
    seen: list[tuple[float, bool, str]] = []
    while process.returncode is None:
        proxies = await server.get("/proxies")
        toxics = ",".join(one["name"] for one in proxies["postgres"]["toxics"])
        state = (bool(proxies["app"]["enabled"]), toxics)
        if not seen or seen[-1][1:] != state:
            seen.append((time.monotonic(), *state))
        await asyncio.sleep(0.02)
    return seen


async def test_an_experiment_acts_on_the_engine_at_its_times(chaos: str, tmp_path: Path) -> None:
    engine = await asyncio.create_subprocess_exec(
        *python_module("squall_faults.proxy", "--host", "127.0.0.1", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert engine.stdout is not None
    address = str(json.loads(await engine.stdout.readline())["listening"])
    try:
        host, _, port = address.rpartition(":")
        server = ToxiproxyServer(host, int(port))
        for name in ("postgres", "app"):
            await server.create(name, upstream="127.0.0.1:9")
        story = Scenario(
            name="story", story="Why.",
            steps=(
                at(0.0, Latency(latency_ms=60), lasting=2.0),
                at(0.5, Refuse(proxy="app"), lasting=1.0),
            ),
        )  # fmt: skip
        file = tmp_path / "story.json"
        file.write_text(await asyncio.to_thread(chaos_toolkit, story, "story"))
        process = await asyncio.create_subprocess_exec(
            chaos, "run", str(file), cwd=tmp_path,
            env={**os.environ, "TOXIPROXY_URL": f"http://{address}"},
        )  # fmt: skip
        watching = asyncio.ensure_future(sampled(server, process))
        code = await asyncio.wait_for(process.wait(), 60)
        seen = await watching
        assert await server.whole() == ""
    finally:
        engine.kill()
        await engine.wait()
    assert code == 0
    journal = json.loads((tmp_path / "journal.json").read_text())
    assert journal["status"] == "completed"
    assert [one["status"] for one in journal["run"]] == ["succeeded"] * 4
    toxic = "step1_latency_downstream"
    states = [state for _, *state in seen]
    assert states == [[True, ""], [True, toxic], [False, toxic], [True, toxic], [True, ""]]
    moments = [moment - seen[1][0] for moment, *_ in seen[1:]]
    assert moments == pytest.approx([0.0, 0.5, 1.5, 2.0], abs=0.4)
