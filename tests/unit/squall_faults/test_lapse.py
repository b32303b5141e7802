"""What is back before its heal is reported: the fault was not in force to its end."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from squall_faults import (
    AppCrash,
    AppPause,
    AppTerminate,
    Crash,
    ExhaustConnections,
    Failover,
    Pause,
    ReadOnly,
    Restart,
    within,
)
from squall_faults.lapse import back_early


def stubs_of(family: str) -> ModuleType:
    """The stand-ins of a family's tests: conftest files are not packages."""
    path = Path(__file__).parent / family / "conftest.py"
    name = f"lapse_{family}_stubs"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


DATABASE, APP = stubs_of("database"), stubs_of("app")

BACK = {
    "crash": (Crash(), DATABASE.StubDatabase, "the server is up again"),
    "restart": (Restart(), DATABASE.StubDatabase, "the server is up again"),
    "pause": (Pause(), DATABASE.StubDatabase, "the server runs again"),
    "failover": (Failover(), DATABASE.StubCluster, "the dead primary is up again"),
    "app.crash": (AppCrash(), APP.StubApp, "the app is up again"),
    "app.terminate": (AppTerminate(), APP.StubApp, "the app is up again"),
    "app.pause": (AppPause(), APP.StubApp, "the app runs again"),
}


@pytest.mark.parametrize(("fault", "stub", "told"), BACK.values(), ids=BACK)
async def test_who_is_back_early_is_named(fault: Any, stub: Any, told: str) -> None:
    port = stub()
    async with within(fault, port) as injection:
        assert await injection.lapsed() == ""
        port.up_early = True
        assert await injection.lapsed() == told


async def test_a_server_that_takes_writes_again_is_named() -> None:
    port = DATABASE.StubServer({"reset_val": "on"})
    async with within(ReadOnly(), port) as injection:
        assert await injection.lapsed() == ""
        port.answers["reset_val"] = "off"
        assert await injection.lapsed() == "the server takes writes again"


async def test_ended_sessions_of_a_full_server_are_counted() -> None:
    port = DATABASE.StubServer({"LIKE 'squall-%'": 3})
    port.answers["max_connections"] = lambda: 4 - port.open
    async with within(ExhaustConnections(), port) as injection:
        assert (await injection.bite()).count == 4
        assert await injection.lapsed() == "1 of its sessions were ended"
        port.answers["LIKE 'squall-%'"] = 4
        assert await injection.lapsed() == ""


async def test_what_does_not_answer_is_still_frozen() -> None:
    async def never() -> bool:
        await asyncio.sleep(60)
        return True

    began = asyncio.get_running_loop().time()
    assert await back_early(never, "back")() == ""
    assert asyncio.get_running_loop().time() - began < 1
