"""Task groups: the error that a person can act on comes out, and not the group around it."""

from __future__ import annotations

import asyncio

import pytest
from squall.core.errors import LabError
from squall.core.groups import ungrouped


async def fail(error: Exception) -> None:
    raise error


async def both(*errors: Exception) -> None:
    with ungrouped():
        async with asyncio.TaskGroup() as group:
            for error in errors:
                group.create_task(fail(error))


async def test_the_first_error_of_a_group_comes_out() -> None:
    with pytest.raises(LabError, match="no port"):
        await both(LabError("no port"), LabError("no app"))


async def test_groups_within_groups_are_opened() -> None:
    with pytest.raises(LabError, match="no port"), ungrouped():
        await both(ExceptionGroup("inner", [LabError("no port")]))


async def test_what_is_no_group_passes() -> None:
    with pytest.raises(LabError, match="alone"), ungrouped():
        raise LabError("alone")


async def test_a_cancellation_stays_one() -> None:
    async def work() -> None:
        with ungrouped():
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.Event().wait())

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
