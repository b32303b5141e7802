"""The loop in a thread of its own ends with everything that runs on it."""

from __future__ import annotations

import asyncio

from squall.core.background_loop import BackgroundLoop


def test_tasks_that_still_run_are_cancelled_and_awaited() -> None:
    ended: list[str] = []

    async def keep() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # the end of a task may need the loop, too
            ended.append("kept")

    async def start() -> asyncio.Task[None]:
        task = asyncio.create_task(keep())
        await asyncio.sleep(0)
        return task

    loop = BackgroundLoop()
    task = loop.wait(start())
    loop.close()
    assert (ended, task.cancelled(), loop.running) == (["kept"], True, False)


def test_a_closed_loop_starts_again() -> None:
    loop = BackgroundLoop()
    loop.close()
    assert loop.wait(asyncio.sleep(0, "one")) == "one"
    loop.close()
    assert loop.wait(asyncio.sleep(0, "two")) == "two"
    loop.close()
