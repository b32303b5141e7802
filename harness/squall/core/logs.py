"""Logging under the name ``squall``: shows what a lab that hangs is doing, on standard error.

Silent unless ``--log-level`` or ``SQUALL_LOG_LEVEL`` is given. Programs and pytest configure the
logger ``squall`` like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from squall.core.clock import MonotonicClock

T = TypeVar("T")

LEVELS = ("debug", "info", "warning", "error")
FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(name)s: %(message)s"

log = logging.getLogger("squall.lab")
clock = MonotonicClock()


def configure(level: str) -> None:
    """Write records of this level and above to standard error."""
    squall = logging.getLogger("squall")
    for handler in list(squall.handlers):
        squall.removeHandler(handler)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT, datefmt="%H:%M:%S"))
    squall.addHandler(handler)
    squall.setLevel(level.upper())
    squall.propagate = False


@contextmanager
def logged(step: str) -> Iterator[None]:
    """Log when a step starts, and how it ends and after how long."""
    log.debug("%s ...", step)
    begun = clock.now()
    try:
        yield
    except BaseException as error:
        took = clock.now() - begun
        log.info("%s: failed after %.2f s: %s", step, took, str(error) or type(error).__name__)
        raise
    log.info("%s: done after %.2f s", step, clock.now() - begun)


async def logged_step(step: str, work: Awaitable[T]) -> T:
    """Await ``work`` inside :func:`logged` and return its result."""
    with logged(step):
        return await work
