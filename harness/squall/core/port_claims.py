"""Ports that the Squalls of this account have drawn: no two of them draw the same one.

A component binds its port some time after it was drawn, and is down for a moment in many outages. A
claim is a lock on one byte of a file, which ends with its process, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os

from squall.core.runtime_directory import runtime_directory

FILE = "ports.lock"


class PortClaims:
    """The claims of this process."""

    def __init__(self) -> None:
        self._handle: int | None = None
        self._opened = False

    def take(self, port: int) -> bool:
        """Whether no other process has it. Always, if the machine has no place for the file."""
        handle = self._file()
        if handle is None:
            return True
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            return False
        return True

    def give_back(self, port: int) -> None:
        """Let others draw it."""
        if self._handle is not None:
            fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, port)

    def _file(self) -> int | None:
        """Opened once: the locks of a process end as soon as it closes the file anywhere."""
        if not self._opened:
            self._opened = True
            directory = runtime_directory()
            if directory is not None:
                with contextlib.suppress(OSError):
                    self._handle = os.open(directory / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        return self._handle
