"""The directory of a lab, which no other user of the machine can read.

It contains Unix sockets, whose addresses are limited to 107 bytes (unix(7)). A TMPDIR that is too
long, or that the server's account cannot enter, is replaced by a short path. If TMPDIR is not set
and there is enough memory, the files are in memory: a cluster has 1,300 of them, and some file
systems take a millisecond to create each.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.memory_room import spare_memory_bytes
from squall.lab.providers.process.postgres_binaries import Account, all_may_pass

PREFIX = "squall-"
SOCKET_ADDRESS_BYTES = 107
LONGEST_NAME = f"{PREFIX}12345678/socket/.s.PGSQL.65535.lock"
FALLBACKS = ("/tmp", "/var/tmp")  # noqa: S108 - only their length is wanted; what is made is private

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - what is made in it is private
SPARE_BYTES = 4 * 1024**3
"""A lab uses 50 MB and what the app writes; the rest is left to the machine."""

NEEDED_MB = 100
FULL_BYTES = 1024 * 1024
"""Less than the size of one WAL file."""


def make_lab_directory(who: Account | None) -> Path:
    """Create a directory; ``who`` is the account of the server, which may enter it.

    Raises:
        LabError: none of the usual places is suitable; the message has the reason for each.
    """
    reasons = []
    for parent in _candidates():
        reason = _unfit(parent, who)
        if not reason:
            try:
                return _make(parent, who)
            except OSError as error:
                reason = error.strerror or str(error)
        reasons.append(f"    {parent}: {reason}")
    raise LabError(
        "no place for the lab's files; set TMPDIR to a directory that is short and writable\n"
        + "\n".join(reasons)
    )


def _make(parent: Path, who: Account | None) -> Path:
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    if who is not None:
        os.chown(made, -1, who.gid)
        made.chmod(0o710)  # its group may enter it, and read nothing
    return made


def _candidates() -> Iterator[Path]:
    try:
        first = Path(tempfile.gettempdir()).resolve()
    except FileNotFoundError:  # none of them is writable: the loop says why
        first = Path(os.environ.get("TMPDIR", FALLBACKS[0]))
    if str(first) == FALLBACKS[0] and spare_memory_bytes(IN_MEMORY) >= SPARE_BYTES:
        yield IN_MEMORY
    yield first
    yield from (Path(name) for name in FALLBACKS if Path(name) != first)


def _unfit(parent: Path, who: Account | None) -> str:
    """Why a directory cannot hold a lab; empty if it can."""
    room = SOCKET_ADDRESS_BYTES - len(os.fsencode(parent / LONGEST_NAME))
    if room < 0:
        return f"its path is {-room} bytes too long for a Unix socket"
    if any(sign in str(parent) for sign in ',"\n'):
        return "PostgreSQL cannot have a socket in a path with a comma, a quote or a newline"
    if who is not None and not all_may_pass(parent):
        return f"the account {who.name}, as which PostgreSQL runs, cannot enter it"
    return ""


@contextmanager
def explain_full_disk(directory: Path) -> Iterator[None]:
    """Report a full disk in one message: components that fail because of it report it differently.

    Raises:
        LabError: the block failed and there is no space left in ``directory``.
    """
    try:
        yield
    except (LabError, OSError, shutil.Error) as error:
        if not _is_full(directory):
            raise
        raise LabError(
            f"no space left in {directory}: a lab needs about {NEEDED_MB} MB, and what the app"
            " writes\n  free some, or set TMPDIR to a directory with more room"
        ) from error


def _is_full(directory: Path) -> bool:
    try:
        room = os.statvfs(directory)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < FULL_BYTES
