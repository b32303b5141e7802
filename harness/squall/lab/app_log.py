"""Lines of an app's log that report unhandled errors."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.config.profile import UNHANDLED
from squall.core.secrets import redact
from squall.lab.logged_errors import COLOUR, GOES_ON

KINDS = r"Error|Exception|Timeout|Interrupt|Warning|Refused|Exit|\berrors\.[A-Z]"
"""psycopg names its classes for PostgreSQL's conditions: ``psycopg2.errors.UndefinedTable``."""

EXCEPTION = re.compile(rf"^(?: *\| )?(?P<raised>(?:\w+\.)*\w*(?:{KINDS})\w*(?::\s.*)?)$")
"""The line of a traceback that names the exception."""

LOGGED = re.compile(r"^(\S+ )?(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|^\{")
"""How the next record of the log begins, in uvicorn's format or as JSON."""

TASK = re.compile(r"^\s*(?:future|task): <Task .*?\bcoro=<(?P<coroutine>[\w.<>]+)\(\)")
FUTURE = re.compile(r"^\s*future: <Future finished exception=(?P<exception>\w+\(.*\))>?")
SHOWN = 240
MAX_LINES = 1000
MAX_BYTES = 64 * 1024 * 1024


def size(path: Path) -> int:
    """Size of a log in bytes; 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


OF_AN_OUTAGE = re.compile(
    r"Timeout|Connect|Pool|TooMany|Operational|Interface|DBAPI|OSError|Cancel|Pipe|Reset|Internal"
    r"|Shutdown|Unavailable|Deadlock|Serialization|LockNot|ReadOnly|InFailed"
)
"""Exceptions that an outage causes, too: that they came without a fault proves nothing."""


def calm_problems(path: Path, patterns: Iterable[str] = UNHANDLED) -> frozenset[str]:
    """The problems in a log until now, before any fault: those whose exception is known."""
    return frozenset(
        line
        for line in problems(path, 0, patterns)
        if re.search(rf": (?:\w+\.)*\w*(?:{KINDS})\w*(?:: |$)", line)
        and not OF_AN_OUTAGE.search(line)
    )


@dataclass(slots=True)
class NewProblems:
    """New problems in a log since the last call."""

    path: Path
    patterns: Iterable[str] = UNHANDLED
    since: int = 0

    def last(self) -> str:
        """The last problem: the exception if the line names one; empty if there is none."""
        found = list(problems(self.path, self.since, self.patterns))
        self.since = size(self.path)
        if not found:
            return ""
        raised = re.search(rf"(?:\w+\.)*\w*(?:{KINDS})\w*: .*", found[-1].partition(": ")[2])
        return raised[0] if raised else found[-1]


def problems(path: Path, since: int, patterns: Iterable[str] = UNHANDLED) -> Iterator[str]:
    """Matching lines after byte ``since``, without the parts that differ each time.

    If a traceback follows, the exception at its end is appended to the line.
    """
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    try:
        with path.open("rb") as log:
            log.seek(since)
            text = log.read(MAX_BYTES).decode(errors="replace")
    except OSError:
        return
    lines = redact(COLOUR.sub("", text)).splitlines()  # before the line is shortened or masked
    for number, line in enumerate(lines):
        if wanted.search(line):
            whole = line.strip() + _task(lines, number + 1) + _raised(lines, number + 1)
            yield re.sub(r"0x[0-9a-f]+|\d{2,}", "#", whole)[:SHOWN]


def _task(lines: Sequence[str], start: int) -> str:
    """The coroutine of an abandoned task, or the exception of an abandoned future, in brackets:
    asyncio names it in the following line.
    """
    line = lines[start] if start < len(lines) else ""
    found = TASK.match(line) or FUTURE.match(line)
    return f" ({found[1]})" if found else ""


def _raised(lines: Sequence[str], start: int) -> str:
    """``: asyncpg.exceptions.ConnectionDoesNotExistError: …``, the last of a chain of causes."""
    first = lines[start].lstrip(" |+") if start < len(lines) else ""
    begins = first.startswith(("Traceback", "Exception Group Traceback"))
    if not (begins or _is_a_cause(lines, start)):
        return ""
    last = above = ""
    for line in itertools.islice(lines, start, start + MAX_LINES):
        bare = line.strip(" |")
        if LOGGED.match(line) or (
            above and bare.startswith("Traceback") and not GOES_ON.match(above)
        ):
            break  # another record, perhaps without a level
        above = bare or above
        if raised := EXCEPTION.match(line):
            last = raised["raised"]
    return f": {last}" if last else ""


def _is_a_cause(lines: Sequence[str], start: int) -> bool:
    """Whether a chain of causes begins with an exception that has no traceback of its own, such as
    one that a transport of asyncio was closed with.
    """
    head, after = (
        lines[start : start + 1],
        [one for one in lines[start + 1 : start + 3] if one.strip()],
    )
    return bool(head and EXCEPTION.match(head[0]) and after and GOES_ON.match(after[0]))
