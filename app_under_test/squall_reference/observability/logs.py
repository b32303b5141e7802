"""One JSON object a line, with the request's id; a flood of equal lines is counted, not printed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar

import structlog

QUIET_SECONDS = 1.0

request_id: ContextVar[str] = ContextVar("request_id")
"""Of the request that is being served; in every line that is written for it."""


def _with_request_id(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    found = request_id.get(None)
    if found is not None:
        event["request_id"] = found
    return event


def configure(level: str) -> None:
    """Of this process: structlog, and through it the standard library's loggers."""
    shared: list[structlog.typing.Processor] = [
        _with_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        )
    )
    for name in ("sqlalchemy", "asyncio", "orders"):
        named = logging.getLogger(name)
        named.handlers, named.propagate = [handler], False
        named.setLevel(max(logging.WARNING, getattr(logging, level.upper())))


class LogSampler:
    """In an outage every request fails in the same way: one line a second says it, with a count."""

    def __init__(self, now: Callable[[], float], quiet_seconds: float = QUIET_SECONDS) -> None:
        self._now = now
        self._quiet = quiet_seconds
        self._seen: dict[str, tuple[float, int]] = {}

    def due(self, kind: str) -> int | None:
        """How many of ``kind`` were held back since the last line; None: hold this one back."""
        last, held_back = self._seen.get(kind, (None, 0))
        now = self._now()
        if last is not None and now - last < self._quiet:
            self._seen[kind] = (last, held_back + 1)
            return None
        self._seen[kind] = (now, 0)
        return held_back
