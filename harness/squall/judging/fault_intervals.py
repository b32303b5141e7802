"""When a fault that others injected was in force: options, a JSON file, annotations of Grafana.

``[{"name": "failover", "from": "2026-01-31T12:00:00Z", "to": "2026-01-31T12:00:20Z"}]``

Annotations have ``time`` and ``timeEnd`` in milliseconds and ``text`` (Grafana, HTTP API,
"Annotations").
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.judging.moments import parse_moment

MAX_BYTES = 4 << 20
MAX_FAULTS = 1000
EXAMPLE = "failover=2026-01-31T12:00:00Z/2026-01-31T12:00:20Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInterval:
    """A fault and when it was in force, in seconds since 1970."""

    name: str
    start: float
    end: float


def parse_fault(text: str) -> FaultInterval:
    """The fault of an option: ``NAME=START/END``, an ISO 8601 interval.

    Raises:
        UsageError: the text has another form, or ends before it starts.
    """
    name, equals, interval = text.partition("=")
    start, slash, end = interval.partition("/")
    if not (name and equals and slash):
        raise UsageError(f"--fault {text!r:.80}: write NAME=START/END, such as {EXAMPLE}")
    return _interval(name, start, end, f"--fault {name}")


def read_faults(path: Path) -> list[FaultInterval]:
    """The faults of a JSON file.

    Raises:
        UsageError: the file cannot be read, or an entry is wrong; with its number.
    """
    try:
        entries = json.loads(read_regular(path, MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON: {error}") from error
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_FAULTS:
        raise UsageError(f"{path}: must be a list of 1 to {MAX_FAULTS} faults")
    return [_entry(entry, f"{path}: fault {number}") for number, entry in enumerate(entries, 1)]


def _entry(entry: object, place: str) -> FaultInterval:
    if not isinstance(entry, dict):
        raise UsageError(f"{place}: must be an object with name, from and to")
    for name, start, end in (("name", "from", "to"), ("text", "time", "timeEnd")):
        if {start, end} <= entry.keys():
            return _interval(str(entry.get(name) or "fault"), entry[start], entry[end], place)
    raise UsageError(f"{place}: needs from and to, or time and timeEnd as in Grafana's annotations")


def _interval(name: str, start: object, end: object, place: str) -> FaultInterval:
    try:
        times = parse_moment(start, place), parse_moment(end, place)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if times[1] <= times[0]:
        raise UsageError(f"{place}: ends before it starts")
    return FaultInterval(name=name[:80], start=times[0], end=times[1])
