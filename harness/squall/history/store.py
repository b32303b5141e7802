"""Histories and events as JSON lines, with the format version in the first line, so that old runs
can be judged again. If the last line is incomplete (the run was killed), it is ignored.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cattrs.preconf.json import make_converter

from squall.core import events
from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.core.mismatch import describe_mismatch
from squall.core.secrets import redact_values
from squall.history.op import Op

T = TypeVar("T")

_converter = make_converter(forbid_extra_keys=True)

VERSION = 1

MAX_BYTES = 256 << 20


def write_ops(path: Path, ops: Iterable[Op]) -> None:
    """Write a history."""
    _write(path, "history", (dataclasses.asdict(op) for op in ops))


def read_ops(path: Path) -> list[Op]:
    """Read a history. Raises UsageError if the file is not one, or has another version."""
    return [_structured(path, number, line, Op) for number, line in _read(path, "history")]


def write_events(path: Path, happened: Sequence[events.Event]) -> None:
    """Write the events of a run."""
    _write(path, "events", (events.to_json(event) for event in happened))


def read_events(path: Path) -> list[events.Event]:
    """Read the events of a run. Raises UsageError like :func:`read_ops`."""
    return [
        _structured(path, number, line, events.Event.KINDS.get(str(line.pop("event", ""))))
        for number, line in _read(path, "events")
    ]


def _structured(path: Path, number: int, line: dict[str, Any], kind: type[T] | None) -> T:
    """Convert a line to its type, with checks: the file may have been edited."""
    if kind is None:
        raise UsageError(f"{path}:{number}: is an event that this version does not know")
    try:
        return _converter.structure(line, kind)
    except Exception as error:
        told = describe_mismatch(error)
        raise UsageError(f"{path}:{number}: does not fit this version of Squall: {told}") from error


def _write(path: Path, what: str, lines: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"squall": what, "version": VERSION}) + "\n")
        file.writelines(json.dumps(redact_values(line)) + "\n" for line in lines)


def _read(path: Path, what: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = read_regular(path, MAX_BYTES).splitlines(keepends=True)
    header = _parsed(lines[0]) if lines else None
    if header is None or header.get("squall") != what:
        raise UsageError(f"{path}:1: is not a {what} of Squall")
    if header.get("version") != VERSION:
        version = header.get("version")
        raise UsageError(f"{path}:1: version {version!r} is unknown; this reads {VERSION}")
    for number, line in enumerate(lines[1:], start=2):
        parsed = _parsed(line)
        if parsed is not None:
            yield number, parsed
        elif number < len(lines):
            raise UsageError(f"{path}:{number}: is not a line of JSON")


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
