"""How long outages took in an earlier run: what shards are balanced by."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

from squall.core.errors import UsageError
from squall.core.files import read_regular

MAX_TIMES_BYTES = 64 << 20
LONGEST_SECONDS = 86_400.0
HINT = (
    "name a run directory, its verdict.json, or a JSON file of seconds by outage:"
    ' {"slow-network": 2.5}'
)


def read_times(path: Path) -> dict[str, float]:
    """Seconds by outage; those that were not measured are not in it.

    Raises:
        UsageError: it is neither a run directory nor a file of times.
    """
    file = _file_of(path)
    text = read_regular(file, MAX_TIMES_BYTES, HINT)
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--shard-times {file}: is no JSON; {HINT}") from error
    if not isinstance(plain, dict):
        raise UsageError(f"--shard-times {file}: is not an object; {HINT}")
    pairs = list(_of_run(plain) if "outages" in plain else plain.items())
    for name, seconds in pairs:
        number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not number or not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS):
            told = f"{name!s:.60}: {seconds!r:.40} is not a number of seconds"
            raise UsageError(f"--shard-times {file}: {told}; {HINT}")
    return {str(name): float(seconds) for name, seconds in pairs}


def _file_of(path: Path) -> Path:
    """The file that has the times; a name that no file can have is refused when it is read."""
    try:
        return path / "verdict.json" if path.is_dir() else path
    except OSError:
        return path


def _of_run(plain: dict[str, object]) -> Iterator[tuple[object, object]]:
    """What verdict.json has; a run of an earlier version has no times in it."""
    outages = plain["outages"]
    for one in outages if isinstance(outages, list) else ():
        if isinstance(one, dict) and "seconds" in one and "scenario" in one:
            yield one["scenario"], one["seconds"]
