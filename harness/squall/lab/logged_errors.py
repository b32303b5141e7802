"""Errors in an app's log: the exception, and the line of the project that raised it.

    ERROR:    Exception in ASGI application          a record; perhaps of an unhandled error
    Traceback (most recent call last):               ┐ a block of frames, then the exception
      File "/srv/shop/main.py", line 81, in list_…   │ the innermost frame of the project
      File "/…/site-packages/asyncpg/…"              │ a library: left out
    ConnectionError: connection lost                 ┘
    The above exception was the direct cause of …    the same error continues

Errors are grouped by exception, message and line, so that the result for a log of any length is
short.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from squall.core import events
from squall.core.secrets import redact

MAX_GROUPS = 100
"""Messages that differ each time would each make a group; beyond this limit they are one group."""

MESSAGE_LETTERS = 200
PREFIX = re.compile(r"^ *[|│] ?| *[|│] *$")
"""Prefixes that an exception group, or rich, adds to a line."""

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""structlog, rich and colorlog write these also into a file."""

TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
FRAMES = (
    re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)'),
    re.compile(r"(?P<file>/[^\s:]+\.py):(?P<line>\d+) in (?P<name>\w+)"),
)
"""A frame in Python's format, and in rich's."""

RAISED = re.compile(r"^(?P<exception>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
GOES_ON = re.compile(
    r"^The above exception was the direct cause|^During handling of the above|^[+-]+-{4}|^\+-\+-"
)
LIBRARY = re.compile(r"site-packages|dist-packages|/lib/python\d|^<|\.(?:pyx|pxd|pxi)$")
"""Compiled parts of libraries, such as uvloop's, have source names without a directory."""
OWN = str(Path(__file__).parents[1])
"""Squall starts the app: its own frames are not part of the project."""

OF_A_HANDLER = re.compile(r"\bhandler\((?:conn|request), exc\)|\(handler, conn, exc\)")
"""Starlette calls the app's handler of an error there."""
CHANGING = re.compile(r"0x[0-9a-f]+|\d{2,}")


@dataclass(slots=True)
class LoggedError:
    """One error of the log."""

    offset: int
    """Its first byte in the log."""
    unhandled: bool
    """Whether the record before it, or its only line, reports an unhandled error."""
    exception: str = ""
    message: str = ""
    place: str = ""
    """``shop/main.py:81 in list_items``; empty if no frame is part of the project."""
    in_handler: bool = False
    """Whether a handler of errors raised it."""
    in_block: bool = field(default=False, repr=False)
    seen: str = field(default="", repr=False)
    """The innermost frame of the project in the current block."""


class ErrorReader:
    """Reads lines one by one, and returns errors when they are complete."""

    def __init__(self, root: Path | None, patterns: Iterable[str]) -> None:
        self._root = f"{root.resolve()}/" if root is not None else ""
        self._wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")
        self._open: LoggedError | None = None
        self._goes_on = False
        self._record: tuple[int, str] | None = None
        """A line that reports an unhandled error and has no traceback yet."""

    def read(self, offset: int, line: str) -> Iterator[LoggedError]:
        """The errors that this line completes."""
        line = COLOUR.sub("", line)
        inner = _traceback_in_json(line)
        if inner:
            yield from self.end()
            self._remember(offset, line.partition("Traceback")[0])
            for each in inner:
                yield from self._read(offset, each)
            yield from self.end()
        else:
            yield from self._read(offset, line)

    def end(self) -> Iterator[LoggedError]:
        """The errors that the end of the log completes."""
        if self._open is not None:
            yield self._open
        elif self._record is not None:
            yield LoggedError(self._record[0], unhandled=True, message=self._record[1])
        self._open = self._record = None
        self._goes_on = False

    def _read(self, offset: int, line: str) -> Iterator[LoggedError]:
        text = PREFIX.sub("", line.rstrip())
        if TRACEBACK.search(text):
            yield from self._begin(offset)
        elif self._open is not None and self._open.in_block:
            self._in_block(self._open, text)
        elif GOES_ON.match(text.lstrip()):
            self._goes_on = self._open is not None
        elif self._wanted.search(line):
            yield from self.end()
            self._remember(offset, line)
        elif text.strip():
            self._goes_on = False

    def _begin(self, offset: int) -> Iterator[LoggedError]:
        if self._open is None or not (self._goes_on or self._open.in_block):
            record = self._record
            self._record = None
            if self._open is not None:
                yield self._open
            begins = offset if record is None else record[0]
            self._open = LoggedError(begins, unhandled=record is not None)
        self._goes_on = False
        self._open.in_block, self._open.seen = True, ""

    def _in_block(self, error: LoggedError, text: str) -> None:
        error.in_handler = error.in_handler or OF_A_HANDLER.search(text) is not None
        frame = next((found for form in FRAMES if (found := form.search(text))), None)
        if frame is not None:
            error.seen = self._place(**frame.groupdict()) or error.seen
        elif raised := RAISED.match(text):
            error.exception = raised["exception"].rpartition(".")[2]
            error.message = (raised["message"] or "").strip()
            # The place where the exception was first raised: the first block with such a line.
            error.place = error.place or error.seen
            error.in_block = False

    def _place(self, file: str, line: str, name: str) -> str:
        if file.startswith(OWN):
            return ""
        shown = file.removeprefix(self._root).removeprefix("./")  # Python 3.9 and --app-dir .
        return "" if LIBRARY.search(shown) else f"{shown}:{line} in {name}"

    def _remember(self, offset: int, line: str) -> None:
        self._record = (offset, line.strip()) if self._wanted.search(line) else None


def _traceback_in_json(line: str) -> list[str]:
    """The lines of a traceback in one field of a JSON log; empty for other lines."""
    if not line.startswith("{") or not TRACEBACK.search(line):
        return []
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return []
    found = [text for text in fields.values() if isinstance(text, str) and TRACEBACK.search(text)]
    return found[0].splitlines() if found else []


def read_errors(
    log: Path, since: int, root: Path | None, patterns: Iterable[str]
) -> Iterator[LoggedError]:
    """The errors after byte ``since``; empty if the file does not exist."""
    reader, offset = ErrorReader(root, patterns), since
    try:
        with log.open("rb") as file:
            file.seek(since)
            for raw in file:
                yield from reader.read(offset, redact(raw.decode(errors="replace").rstrip("\r\n")))
                offset += len(raw)
    except OSError:
        pass
    yield from reader.end()


def grouped_errors(
    errors: Iterable[LoggedError], time_of: Callable[[int], float]
) -> list[events.ErrorsLogged]:
    """Groups with the time of their first error, ordered by that time."""
    groups: dict[tuple[str, str, str], list[LoggedError]] = {}
    for error in errors:
        message = CHANGING.sub("#", error.message)[:MESSAGE_LETTERS]
        key = (error.exception, message, error.place)
        if key not in groups and len(groups) >= MAX_GROUPS:
            key = ("", "further errors, each with another message", "")
        groups.setdefault(key, []).append(error)
    return [
        events.ErrorsLogged(
            at=time_of(found[0].offset),
            last=time_of(found[-1].offset),
            exception=exception, message=message, place=place,
            count=len(found),
            unhandled=sum(one.unhandled for one in found),
            in_handler=sum(one.in_handler for one in found),
        )
        for (exception, message, place), found in groups.items()
    ]  # fmt: skip
