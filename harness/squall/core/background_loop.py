"""An event loop in a thread of its own, for ordinary, synchronous code."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from squall.core.errors import LabError

T = TypeVar("T")

JOIN_SECONDS = 20.0


class BackgroundLoop:
    """Starts with the first work, and can be started again after :meth:`close`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not closed since."""
        return self._loop is not None

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work``. An interruption cancels it and waits for its end.

        Raises:
            LabError: the work was cancelled.
        """
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
            self._thread.start()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise
        except CancelledError as error:
            raise LabError("the run was cancelled") from error

    def close(self) -> None:
        """End the loop and its thread; tasks that still run on it are cancelled first."""
        if self._loop is None:
            return
        with contextlib.suppress(TimeoutError):
            ended = asyncio.run_coroutine_threadsafe(_cancel_tasks(), self._loop)
            ended.result(JOIN_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)
        self._loop.close()
        self._loop = self._thread = None


async def _cancel_tasks() -> None:
    """Cancel every other task of this loop, and wait for its end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
