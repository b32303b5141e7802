"""What callers may ask for, and the end of their time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from squall_reference.errors import DeadlineExceeded
from squall_reference.resilience.deadline import Abandoned, deadline_in, seconds_wanted


@given(seconds=st.floats(min_value=1e-9, allow_nan=False, allow_infinity=False))
def test_callers_can_shorten_the_deadline_and_never_lengthen_it(seconds: float) -> None:
    assert seconds_wanted(repr(seconds), 1.0) == min(seconds, 1.0)


def test_without_the_header_it_is_the_service_s_own() -> None:
    assert seconds_wanted(None, 1.5) == 1.5


@pytest.mark.parametrize("header", ["", "soon", "0", "-1", "nan", "inf", "1s"])
def test_nonsense_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        seconds_wanted(header, 1.0)


def test_a_cancelled_caller_abandons_its_work_too(virtual: Any) -> None:
    cut = []

    async def main() -> None:
        abandoned = Abandoned()

        async def work() -> None:
            await asyncio.sleep(9)

        caller = asyncio.create_task(abandoned.run(work, deadline_in(5), lambda: cut.append("cut")))
        await asyncio.sleep(1)
        caller.cancel()
        await asyncio.wait({caller})
        assert caller.cancelled()
        await asyncio.sleep(0)
        assert abandoned.running == 0

    virtual(main)
    assert cut == ["cut"]


def test_work_that_ends_in_time_is_not_cut_and_its_error_comes_out(virtual: Any) -> None:
    cut: list[str] = []

    async def main() -> None:
        async def fail() -> None:
            await asyncio.sleep(0.5)
            raise KeyError

        with pytest.raises(KeyError):
            await Abandoned().run(fail, deadline_in(1), lambda: cut.append("cut"))

    virtual(main)
    assert cut == []


def test_a_deadline_in_the_past_gives_no_time_at_all(virtual: Any) -> None:
    async def main() -> float:
        async def work() -> None:
            await asyncio.sleep(9)

        with pytest.raises(DeadlineExceeded):
            await Abandoned().run(work, deadline_in(-1), lambda: None)
        await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert virtual(main) == 0.0
