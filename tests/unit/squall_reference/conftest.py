"""Virtual time: a loop on which an hour takes no time, and every time is exact."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
import structlog

Main = Callable[[], Coroutine[Any, Any, Any]]


class JumpingSelector(selectors.SelectSelector):
    """Instead of waiting it moves the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("everybody waits, and nobody will ever wake them")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


class Clock:
    """Time that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(main: Main) -> Any:
    """The result of ``main`` on a loop of its own; nothing may be left behind."""

    async def checked() -> Any:
        result = await main()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others, others
        return result

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(checked())


async def told(work: Awaitable[object], log: list[tuple[float, str]], name: str) -> None:
    """Write down when ``work`` ended, and how."""
    try:
        result = await work
    except Exception as error:  # noqa: BLE001 - how it ended is what is told
        how = type(error).__name__
    else:
        how = "done" if result is None else str(result)
    log.append((round(asyncio.get_running_loop().time(), 6), f"{name} {how}"))


@pytest.fixture(scope="session")
def virtual() -> Callable[[Main], Any]:
    return run


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tell() -> Callable[..., Coroutine[Any, Any, None]]:
    return told


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Logging that another test configured may write to a stream that is closed by now."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
