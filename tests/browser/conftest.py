"""A headless Chromium, driven through its DevTools protocol (one WebSocket, no driver program)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from squall.config.profile import REFERENCE
from squall.core import events
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Contract, Evidence
from squall.history.op import Op, Outcome
from squall.lab.lab_options import LabOptions
from squall.reports.run_directory import RunDirectory
from squall.runner.run import Run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall_faults import Refuse

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL = "apt-get install -y chromium"
START_SECONDS = 30.0
ANSWER_SECONDS = 20.0
STOP_SECONDS = 10.0

SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """One tab; remembers what its console said and what it asked the network for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._reading = asyncio.get_running_loop().create_task(self._read())
        self.complaints: list[str] = []
        self.asked_for: list[str] = []

    async def _read(self) -> None:
        async for message in self._socket:
            self._take(json.loads(message.data))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers.pop(message["id"]).set_result(message)
            return
        params = message.get("params", {})
        match message["method"]:
            case "Page.loadEventFired":
                self._loaded.set()
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                self.complaints.append(json.dumps(params["args"]))
            case "Log.entryAdded":
                self.complaints.append(params["entry"]["text"])
            case "Network.requestWillBeSent":
                self.asked_for.append(params["request"]["url"])

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol; its result."""
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        message: dict[str, Any] = await asyncio.wait_for(answer, ANSWER_SECONDS)
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    async def open(self, url: str, *, width: int = 1280, dark: bool = False) -> None:
        """Show a page and wait until it is loaded."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        await self.resize(width)
        await self.scheme(dark=dark)
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), ANSWER_SECONDS)

    async def resize(self, width: int) -> None:
        """A screen of this width in CSS pixels."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def scheme(self, *, dark: bool) -> None:
        """What the reader's system prefers."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[feature])

    async def paper(self) -> None:
        """What a printer gets from a reader whose screen is dark."""
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        await self.call("Emulation.setEmulatedMedia", media="print", features=[feature])

    async def tap(self, x: float, y: float) -> None:
        """Touch the screen with a finger, and lift it."""
        await self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        await self.call(
            "Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}]
        )
        await self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    async def key(self, key: str) -> None:
        """Press and release."""
        text = {"text": key} if len(key) == 1 else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression gives."""
        how = {"returnByValue": True, "awaitPromise": True}
        result = await self.call("Runtime.evaluate", expression=expression, **how)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def settled(self) -> None:
        """Two frames later: listeners have run and their drawing is done."""
        await self.value("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        await self.value("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    async def screenshot(self) -> bytes:
        """The whole page as PNG."""
        image = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(image["data"])

    async def close(self) -> None:
        """End the tab's connection."""
        self._reading.cancel()
        await asyncio.wait({self._reading})


def find_browser() -> str | None:
    """``SQUALL_BROWSER``, or a Chromium on PATH."""
    named = os.environ.get("SQUALL_BROWSER")
    return next((found for name in (named, *NAMES) if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_address() -> Iterator[str]:
    """A running Chromium's DevTools, or a skip that says how to get one."""
    program = find_browser()
    if program is None:
        reason = f"browser is missing; install it with: {INSTALL}, or name it: SQUALL_BROWSER=PATH"
        if "browser" in os.environ.get("SQUALL_REQUIRE", "").split(","):
            pytest.fail(f"SQUALL_REQUIRE=browser, but {reason}")
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="squall-browser-", ignore_cleanup_errors=True) as home:
        command = [program, *SWITCHES, f"--user-data-dir={home}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _address(Path(home), process)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait(STOP_SECONDS)


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    """The port that Chromium chose: it writes it into its profile when it listens."""
    file = home / "DevToolsActivePort"
    ends = time.monotonic() + START_SECONDS
    while not (file.exists() and "\n" in file.read_text()):
        assert process.poll() is None, f"the browser ended with {process.returncode}"
        assert time.monotonic() < ends, f"the browser did not listen within {START_SECONDS} s"
        time.sleep(0.02)
    return f"http://127.0.0.1:{file.read_text().split()[0]}"


@pytest_asyncio.fixture
async def page(browser_address: str) -> AsyncIterator[Page]:
    """A fresh tab."""
    async with aiohttp.ClientSession() as session:
        async with session.put(f"{browser_address}/json/new?about:blank") as answer:
            tab = await answer.json()
        async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            opened = Page(socket)
            yield opened
            await opened.close()


def answered(number: int, body: str) -> Op:
    """A request each 10 ms; some of those from 1.0 to 1.5 s are refused, some lose their answer."""
    start = number * 0.01
    bad = 100 <= number < 150 and number % 3
    lost = bad == 2
    outcome = (Outcome.APPLIED, Outcome.REFUSED, Outcome.UNKNOWN)[bad or 0]
    return Op(
        id=number, name="read-item", effect="read", key=None, intended=start, sent=start,
        done=start + (0.8 if lost else 0.005), outcome=outcome, content_type=None, retry_after=None,
        status=(200, 503, None)[bad or 0], error="reset" if lost else None,
        body=body if bad else "",
    )  # fmt: skip


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """The directory of one failed run, as a command writes it."""

    def write(
        *, story: str = "The line is cut.", reason: str = "60% were good", body: str = "",
        requests: int = 300, verdict: Verdict = Verdict.FAIL,
    ) -> Path:  # fmt: skip
        sample = {"total": 5, "active": 1, "idle": 4, "idle_in_transaction": 0}
        happened = [
            events.FaultInjected(at=1.0, step=0, fault="network.refuse", label="refuse"),
            *(events.BackendsSampled(at=tick / 10, **sample) for tick in range(30)),
            *(
                events.DatabaseLoad(at=tick / 10, statements=tick * tick, connections=tick)
                for tick in range(30)
            ),
            *(
                events.GaugesSampled(
                    at=tick / 10,
                    values={"shop_breaker_state": state, "shop_in_use": tick % 7, "shop_size": 9},
                    states={"shop_breaker_state": ("closed", "half-open", "open")[state]},
                )
                for tick, state in enumerate([0] * 11 + [2] * 8 + [1] * 2 + [0] * 9)
            ),
            *(
                events.ProbeSampled(
                    at=tick / 10,
                    probe=probe,
                    seconds=0.01,
                    app_meant_down=False,
                    status=503 if probe == "ready" and 10 <= tick < 20 else 200,
                )
                for tick in range(30)
                for probe in ("live", "ready")
            ),
            events.FaultHealed(at=2.0, step=0, fault="network.refuse", bites=3, what="cuts"),
        ]
        evidence = Evidence(
            ops=tuple(answered(number, body) for number in range(requests)),
            events=tuple(happened), final_state=None, contract=Contract(deadline_seconds=1.0),
        )  # fmt: skip
        run = Run(
            scenario=Scenario(name="cut", story=story, steps=(at(1, Refuse(), lasting=1),)),
            seed=7, engine="embedded", evidence=evidence,
            findings=(Finding(gate="availability", verdict=verdict, reason=reason),),
        )  # fmt: skip
        log = tmp_path / "log"
        log.write_text(f"ERROR {body}\n", encoding="utf-8")
        part = SimpleNamespace(log_path=log)
        lab: Any = SimpleNamespace(options=LabOptions(profile=REFERENCE), app=part, database=part)
        directory = RunDirectory(tmp_path / "out", "squall check --only {name} --seed 7")
        directory.write_run(run, lab)
        directory.write_reports([run])
        return directory.path

    return write
