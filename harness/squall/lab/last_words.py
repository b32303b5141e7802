"""The relevant part of a log: the exception that ended a program, not the log's tail.

Traceback …                        ┐ the cause: the first exception of the last chain
redis.ConnectionError: Error 111   ┘
The above exception was the direct cause of …
Traceback …                        ┐ what ended the program
RuntimeError: no cache             ┘
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHAINED = ("The above exception was the direct cause", "During handling of the above exception")
TRACEBACK = "Traceback (most recent call last)"
FRAME = re.compile(r'^\s*(?:\| *)?File "(?P<file>[^"]+)", line (?P<line>\d+)')
EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(?:: |:?$)")
"""The first line after the frames that is not indented: ``socket.gaierror: [Errno -2] …``."""
LOGGED = re.compile(r"^(?:ERROR|INFO|WARNING|CRITICAL|DEBUG)\b:?|^\d{4}-\d\d-\d\d|^\[\d{4}-")
MAX_MESSAGE_LINES = 12
MAX_TAIL_LINES = 8
LINE_WIDTH = 240
FOREIGN = ("site-packages", "dist-packages", "/lib/python", "<frozen")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """The relevant log lines of a program that exited."""

    lines: tuple[str, ...]
    """For the terminal."""
    place: str = ""
    """``file:line`` of the app's own code nearest to the exception; empty if there is none."""


def read_last_words(text: str, directory: Path | None = None) -> LastWords:
    """The last chain of exceptions, its cause and its end; without an exception, the last lines."""
    lines = [line.rstrip() for line in text.splitlines()]
    starts = [number for number, line in enumerate(lines) if TRACEBACK in line]
    if not starts:
        kept = [line for line in lines if line.strip()][-MAX_TAIL_LINES:]
        return LastWords(lines=tuple(line[:LINE_WIDTH] for line in kept))
    first = last = starts[-1]
    for earlier in reversed(starts[:-1]):
        between = "\n".join(lines[earlier:first])
        if not any(words in between for words in CHAINED):
            break
        first = earlier
    cause, end = _message(lines, first), _message(lines, last)
    shown = end if first == last or cause[:1] == end[:1] else [*cause, *end]
    place = _own_place(lines[last:], directory) or _own_place(lines[first:], directory)
    return LastWords(lines=tuple(line[:LINE_WIDTH] for line in shown), place=place)


def _message(lines: Sequence[str], start: int) -> list[str]:
    """The exception after a traceback's frames, with the remaining lines of its message."""
    for number in range(start + 1, len(lines)):
        line = lines[number].lstrip("| +")
        indented = lines[number][:1] in (" ", "\t")
        if indented or not EXCEPTION.match(line) or LOGGED.match(line):
            continue
        message = [line]
        for more in lines[number + 1 : number + MAX_MESSAGE_LINES]:
            if LOGGED.match(more) or TRACEBACK in more or any(w in more for w in CHAINED):
                break
            if more.strip() and not more.startswith(("(Background on", "    For further")):
                message.append(more)
        return message
    return [line for line in lines[start:] if line.strip()][-MAX_TAIL_LINES:]


def _own_place(lines: Sequence[str], directory: Path | None) -> str:
    place = ""
    for line in lines:
        frame = FRAME.match(line)
        if frame is None or any(part in frame["file"] for part in FOREIGN):
            continue
        file = Path(frame["file"])
        if directory is not None and file.is_absolute():
            if not file.is_relative_to(directory):
                continue
            file = file.relative_to(directory)
        place = f"{file}:{frame['line']}"
    return place
