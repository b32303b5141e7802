"""The guarantee that nothing survives the harness, whatever kills it.

The watchdog is a separate process that reads a pipe. The only write end is in the harness, and no
child inherits it: when the harness is gone, the watchdog reads the end of file and removes the lab
(see :mod:`squall.lab.providers.process.watchdog_main`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from squall.core.child_programs import clean_environment, python_module
from squall.core.errors import describe_end
from squall.core.ids import lab_id
from squall.core.process_identity import ProcessIdentity
from squall.lab.providers.process import lab_registry
from squall.lab.providers.process.watchdog_main import MARK

END_SECONDS = 5.0


class Watchdog:
    """A process that outlives the harness by a moment."""

    def __init__(self) -> None:
        self.lab = lab_id()
        self._record = lab_registry.path_of(self.lab)
        self._end = ""
        self._directories: list[Path] = []
        self._containers = False
        self._closing = False
        self._process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        arguments = [self.lab, *([] if self._record is None else [str(self._record)])]
        return subprocess.Popen(  # noqa: S603 - our own module
            python_module("squall.lab.providers.process.watchdog_main", *arguments),
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid

    @property
    def unasked_end(self) -> str:
        """How it exited although nothing stopped it; empty if it did not. The value stays.

        A new one is started at once, so that the lab is never without one.
        """
        code = self._process.poll()
        if code is not None and not self._closing:
            self._end = describe_end(code)
            self._replace()
        return self._end

    def _replace(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process = self._spawn()
        for path in self._directories:
            self._tell({"directory": str(path)})
        if self._containers:
            self._tell({"containers": True})
        self._write()

    def _write(self) -> None:
        """Write the record for the next command, in case this process and the watchdog are both
        killed.
        """
        if self._record is None:
            return
        entry = lab_registry.LabEntry(
            lab=self.lab,
            machine=lab_registry.this_machine(),
            harness=ProcessIdentity.own(),
            watchdog=ProcessIdentity.of(self._process.pid),
            directories=[str(path) for path in self._directories],
            containers=self._containers,
        )
        lab_registry.write(entry, self._record)

    @property
    def mark(self) -> Mapping[str, str]:
        """Environment variables that every child of the lab must have."""
        return {MARK: self.lab}

    def watch_directory(self, path: Path) -> None:
        """Call before anything starts in it: its processes, and the directory, are removed
        with us.
        """
        self._directories.append(path)
        self._write()
        self._tell({"directory": str(path)})

    def watch_containers(self) -> None:
        """Call before the first is created: containers and networks with the lab's label are
        removed, too.
        """
        self._containers = True
        self._write()
        self._tell({"containers": True})

    def forget_directory(self, path: Path) -> None:
        """The directory was removed in the ordinary way."""
        self._directories = [one for one in self._directories if one != path]
        self._tell({"forget": str(path.resolve())})

    async def close(self) -> None:
        """A normal end: everything has already been stopped."""
        self._closing = True
        self._tell({"done": True})
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        await asyncio.to_thread(self._process.wait, END_SECONDS)
        if self._record is not None:
            self._record.unlink(missing_ok=True)

    def _tell(self, message: Mapping[str, object]) -> None:
        if self._process.stdin is None or self._process.stdin.closed:
            return
        with contextlib.suppress(OSError):  # a dead watchdog watches nothing; the lab continues
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
