"""Points in time as other tools write them: ISO 8601, seconds or milliseconds since 1970."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

MILLISECONDS_FROM = 1e11
"""A greater number counts milliseconds: as seconds it would be in the year 5138."""


def parse_moment(value: Any, place: str) -> float:  # noqa: ANN401 - whatever a file holds
    """Seconds since 1970-01-01 UTC. A time without a zone is taken as UTC.

    Raises:
        ValueError: the value is not a point in time; the message starts with ``place``.
    """
    number = _number(value)
    if number is None:
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise ValueError(
                f"{place}: {value!r:.60} is not a time; write 2026-01-31T12:00:00Z or seconds since"
                " 1970"
            ) from None
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return zoned.timestamp()
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{place}: {value!r:.60} is not a time")
    return number / 1000 if number > MILLISECONDS_FROM else number


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)  # type: ignore[arg-type] # any other type raises
    except (TypeError, ValueError, OverflowError):
        return None
