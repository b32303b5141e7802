"""The lines of an app's log that tell of something nobody handled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

UNHANDLED = (
    r"Exception in ASGI application",
    r"exception was never retrieved",
    r"Task was destroyed but it is pending",
    r"coroutine '.*' was never awaited",
    r"garbage collector is trying to clean up",
    r"Unclosed (connection|client session)",
)
"""Words of uvicorn, asyncio, SQLAlchemy and aiohttp for what reached the last resort."""

SHOWN = 160
MOST_BYTES = 64 * 1024 * 1024


def size(path: Path) -> int:
    """Bytes of a log; 0 when there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def problems(path: Path, since: int, patterns: Iterable[str] = UNHANDLED) -> Iterator[str]:
    """Lines written after byte ``since`` that match, without what differs each time."""
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    try:
        with path.open("rb") as log:
            log.seek(since)
            text = log.read(MOST_BYTES).decode(errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        if wanted.search(line):
            yield re.sub(r"0x[0-9a-f]+|\d{2,}", "#", line.strip())[:SHOWN]
