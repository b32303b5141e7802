"""Histories and events as JSON lines, with a version in the first line, so that old runs can be
judged again. A file whose last line was cut (the run was killed) is read without that line.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.core import events
from harness.core.errors import UsageError
from harness.history.op import Op, Outcome

VERSION = 1


def write_ops(path: Path, ops: Iterable[Op]) -> None:
    """Write a history."""
    _write(path, "history", (dataclasses.asdict(op) for op in ops))


def read_ops(path: Path) -> list[Op]:
    """Read a history; UsageError when it is none, or of another version."""
    lines = _read(path, "history")
    return [Op(**{**line, "outcome": Outcome(line["outcome"])}) for line in lines]


def write_events(path: Path, happened: Sequence[events.Event]) -> None:
    """Write the events of a run."""
    _write(path, "events", (events.to_json(event) for event in happened))


def read_events(path: Path) -> list[events.Event]:
    """Read the events of a run; UsageError as :func:`read_ops`."""
    return [events.from_json(line) for line in _read(path, "events")]


def _write(path: Path, what: str, lines: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"squall": what, "version": VERSION}) + "\n")
        file.writelines(json.dumps(line) + "\n" for line in lines)


def _read(path: Path, what: str) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    header = _parsed(lines[0]) if lines else None
    if header is None or header.get("squall") != what:
        raise UsageError(f"{path}:1: is no {what} of Squall")
    if header.get("version") != VERSION:
        version = header.get("version")
        raise UsageError(f"{path}:1: version {version!r} is unknown; this reads {VERSION}")
    for number, line in enumerate(lines[1:], start=2):
        parsed = _parsed(line)
        if parsed is not None:
            yield parsed
        elif number < len(lines):
            raise UsageError(f"{path}:{number}: is not a line of JSON")


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
