"""Only one command at a time writes to a run directory. The lock file names the command.

The kernel releases the lock when its process ends, however it ends, so a lock file that is left
behind blocks no later command.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from squall.core.errors import UsageError

NAME = ".squall.lock"


@dataclass(slots=True)
class DirectoryLock:
    """Held from :meth:`take` to :meth:`release`."""

    path: Path
    _file: int | None = None

    def take(self, option: str) -> None:
        """Lock the directory.

        Raises:
            UsageError: another process holds the lock; ``option`` is the directory as the user gave
                it.
            OSError: the file cannot be created.
        """
        while self._file is None:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(file, 200).decode(errors="replace").strip() or "its process"
                os.close(file)
                raise UsageError(
                    f"{option}: another squall is writing there ({holder});\n"
                    "  wait for its end, or choose another directory"
                ) from None
            if self._is_at_its_place(file):
                self._file = file
            else:
                os.close(file)  # its holder removed it meanwhile
        started = psutil.Process().create_time()
        os.ftruncate(self._file, 0)
        os.write(self._file, f"process {os.getpid()}, started at {started:.2f}\n".encode())

    def _is_at_its_place(self, file: int) -> bool:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (os.fstat(file).st_dev, os.fstat(file).st_ino)

    def release(self) -> None:
        """Remove the lock. Does nothing if it is not held."""
        if self._file is None:
            return
        file, self._file = self._file, None
        self.path.unlink(missing_ok=True)
        os.close(file)


def is_locked(directory: Path) -> bool:
    """Whether a command is writing there now."""
    try:
        file = os.open(directory / NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
