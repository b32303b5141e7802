"""A lease cuts its own connection, in time, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any

from squall_reference.storage.lease import Lease


class Driver:
    def __init__(self) -> None:
        self.terminated: list[float] = []

    def terminate(self) -> None:
        self.terminated.append(asyncio.get_running_loop().time())


def test_what_is_held_too_long_is_cut(virtual: Any) -> None:
    async def main() -> tuple[list[float], bool]:
        driver, lease = Driver(), Lease(0.6)
        lease.hold(driver)
        await asyncio.sleep(2)
        return driver.terminated, lease.cut_by_caller

    assert virtual(main) == ([0.6], False)


def test_what_went_back_is_never_cut(virtual: Any) -> None:
    async def main() -> list[float]:
        driver, lease = Driver(), Lease(0.6)
        lease.hold(driver)
        await asyncio.sleep(0.5)
        lease.drop()
        lease.terminate()
        await asyncio.sleep(2)
        return driver.terminated

    assert virtual(main) == []


def test_each_attempt_has_its_own_time(virtual: Any) -> None:
    async def main() -> tuple[list[float], list[float], bool]:
        first, second, lease = Driver(), Driver(), Lease(0.6)
        lease.hold(first)
        await asyncio.sleep(0.5)
        lease.hold(second)
        await asyncio.sleep(0.5)
        lease.terminate()
        return first.terminated, second.terminated, lease.cut_by_caller

    assert virtual(main) == ([], [1.0], True)
