"""The lines of an app's log that tell of something nobody handled."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
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

KINDS = "Error|Exception|Timeout|Interrupt|Warning|Refused|Exit"
EXCEPTION = re.compile(rf"^(?: *\| )?(?P<raised>(?:\w+\.)*\w*(?:{KINDS})\w*(?::\s.*)?)$")
"""The line of a traceback that names what was raised."""

LOGGED = re.compile(r"^(\S+ )?(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|^\{")
"""How a further line of the log begins, in uvicorn's form or as JSON."""

SHOWN = 240
MOST_LINES = 1000
MOST_BYTES = 64 * 1024 * 1024


def size(path: Path) -> int:
    """Bytes of a log; 0 when there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def problems(path: Path, since: int, patterns: Iterable[str] = UNHANDLED) -> Iterator[str]:
    """Lines written after byte ``since`` that match, without what differs each time.

    Where a traceback follows, the exception at its end is part of the line.
    """
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    try:
        with path.open("rb") as log:
            log.seek(since)
            text = log.read(MOST_BYTES).decode(errors="replace")
    except OSError:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if wanted.search(line):
            whole = line.strip() + _raised(lines, number + 1)
            yield re.sub(r"0x[0-9a-f]+|\d{2,}", "#", whole)[:SHOWN]


def _raised(lines: Sequence[str], start: int) -> str:
    """``: asyncpg.exceptions.ConnectionDoesNotExistError: …``, the last of a chain of causes."""
    first = lines[start].lstrip(" |+") if start < len(lines) else ""
    if not first.startswith(("Traceback", "Exception Group Traceback")):
        return ""
    last = ""
    for line in itertools.islice(lines, start, start + MOST_LINES):
        if LOGGED.match(line):
            break
        if raised := EXCEPTION.match(line):
            last = raised["raised"]
    return f": {last}" if last else ""
