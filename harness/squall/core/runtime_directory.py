"""A private directory for what the Squalls of one account must know of each other."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


def runtime_directory() -> Path | None:
    """The private directory of this account, created if needed.

    ``SQUALL_RUNTIME_DIR``, ``XDG_RUNTIME_DIR``, or the directory for temporary files. None if none
    of them is usable; labs then rely on their watchdogs alone.
    """
    for path in _candidates():
        with contextlib.suppress(OSError):
            path.mkdir(mode=0o700, exist_ok=True)
            found = path.lstat()
            private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077 == 0
            if private and found.st_uid == os.geteuid() and os.access(path, os.W_OK):
                return path
    return None


def _candidates() -> Iterator[Path]:
    named = os.environ.get("SQUALL_RUNTIME_DIR")
    if named:
        yield Path(named)
    session = os.environ.get("XDG_RUNTIME_DIR")
    if session:
        yield Path(session) / "squall"
    name = f".squall-{os.geteuid()}"
    yield Path("/tmp") / name  # noqa: S108 - owner and mode are checked
    with contextlib.suppress(FileNotFoundError):
        yield Path(tempfile.gettempdir()) / name
