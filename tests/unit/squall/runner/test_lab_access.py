"""Tests by hand: requests to the app, and a fault for the length of a block, without a lab."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import LabError, UsageError
from squall.lab.lab_options import LabOptions
from squall.runner import lab_access
from squall.runner.lab_access import FaultMissed, LabAccess, LabClient, injected
from squall.runner.sync import SyncLab


class Held(SyncLab):
    """Its lab is a stand-in; its loop is real."""

    left = ""

    @property
    def lab(self) -> Any:
        async def broken() -> str:
            return self.left

        return SimpleNamespace(port_for=lambda _fault: "port", broken=broken)


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held(LabOptions(profile=REFERENCE))
    yield held
    held.close()


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What happened to the fault, and how often it bites."""
    seen = SimpleNamespace(happened=[], bites=3)

    @asynccontextmanager
    async def fake(_fault: object, _port: object) -> AsyncIterator[Any]:
        async def bite() -> Any:
            return SimpleNamespace(count=seen.bites, what="chunks delayed")

        seen.happened.append("injected")
        yield SimpleNamespace(bite=bite)
        seen.happened.append("healed")

    monkeypatch.setattr(lab_access, "within", fake)
    return seen


def inject(held: Held, *, may_miss: bool = False, **given: Any) -> Any:
    return injected(held, "network.latency", {"latency_ms": 300, **given}, may_miss=may_miss)


def test_a_fault_is_in_force_inside_the_block_only(held: Held, within: Any) -> None:
    with inject(held) as fault:
        assert within.happened == ["injected"]
    assert within.happened == ["injected", "healed"]
    assert (fault.fault, fault.bites, fault.what) == ("network.latency", 3, "chunks delayed")


def test_a_fault_heals_when_the_test_fails(held: Held, within: Any) -> None:
    with pytest.raises(ZeroDivisionError), inject(held):
        raise ZeroDivisionError
    assert within.happened == ["injected", "healed"]


def test_a_fault_that_touches_nothing_fails_unless_it_may(held: Held, within: Any) -> None:
    within.bites = 0
    with pytest.raises(FaultMissed, match="touched nothing; if that is right"), inject(held):
        pass
    with inject(held, may_miss=True) as fault:
        pass
    assert fault.bites == 0


def test_a_wrong_attribute_and_a_lab_that_is_not_whole_are_told(held: Held, within: Any) -> None:
    with pytest.raises(UsageError, match="latency"), inject(held, latency=1):
        pass
    held.left = "proxy postgres is disabled"
    with pytest.raises(LabError, match="the lab is not whole: proxy postgres"), inject(held):
        pass
    assert within.happened == ["injected", "healed"]


def test_work_that_ends_before_it_is_ready_raises_at_the_block(held: Held) -> None:
    async def refused(_ready: asyncio.Event, _end: asyncio.Event) -> None:
        raise LabError("refused")

    with pytest.raises(LabError, match="refused"), held.hold(refused):
        pytest.fail("the block was entered")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503 if self.path == "/busy" else 302)
        self.send_header("X-Auth", self.headers.get("Authorization", ""))
        self.send_header("Location", "http://192.0.2.1/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("path", "status"), [("busy", 503), ("/moved", 302)])
def test_errors_and_redirects_are_answers(address: str, path: str, status: int) -> None:
    client = LabClient(address, {"Authorization": "Bearer x"})
    answer = client.post(path, json={"id": 7}, timeout=5)
    assert (answer.status, answer.json()) == (status, {"id": 7})
    assert answer.headers["x-auth"] == "Bearer x"


def test_no_answer_is_an_os_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        LabClient("http://127.0.0.1:9", {}).get("/items", timeout=2)


def test_addresses_of_a_lab() -> None:
    operations = [
        SimpleNamespace(headers={"Authorization": "x", "If-Match": str(n)}) for n in range(2)
    ]
    lab: Any = SimpleNamespace(
        app_address="127.0.0.1:81", app_database_url="postgresql://app:pw@127.0.0.1:82/db",
        database=SimpleNamespace(host="127.0.0.1", port=83), engine_address="http://127.0.0.1:84",
        profile=SimpleNamespace(operations=operations, headers={"X-A": "1"}),
    )  # fmt: skip
    access = LabAccess(lab)
    assert access.database_url == "postgresql://app:pw@127.0.0.1:83/db"
    assert access.app_database_url == "postgresql://app:pw@127.0.0.1:82/db"
    assert access.client.headers == {"X-A": "1", "Authorization": "x"}
    assert (access.url, access.engine_url) == ("http://127.0.0.1:81", "http://127.0.0.1:84")
