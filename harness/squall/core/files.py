"""Read files that Squall did not write: regular files only, with a size limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from squall.core.errors import UsageError


def read_regular(path: Path, limit_bytes: int, hint: str = "") -> str:
    """Return the UTF-8 text of a regular file.

    A FIFO or a device is refused, because reading one can block or never end.

    Raises:
        UsageError: the file cannot be read, is not regular, is too large or is not UTF-8.
    """
    more = f"; {hint}" if hint else ""
    try:
        data = _bounded(path, limit_bytes)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: cannot be read: {reason}{more}") from error
    if data is None:
        raise UsageError(f"{path}: is not a regular file{more}")
    if len(data) > limit_bytes:
        raise UsageError(f"{path}: is larger than {limit_bytes // 1024:,} KiB")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text") from error


def _bounded(path: Path, limit_bytes: int) -> bytes | None:
    """Read at most one byte more than the limit; None if the file is not regular."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read(limit_bytes + 1)
