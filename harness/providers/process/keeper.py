"""The guarantee that nothing survives the harness, whatever kills it.

The keeper is a process of its own that reads a pipe. The only write end is in the harness, and no
child inherits it: when the harness is gone, the keeper reads the end of file and clears the lab
away (see :mod:`harness.providers.process.keeper_main`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.core.ids import lab_id
from harness.providers.process.keeper_main import MARK

END_SECONDS = 5.0


class Keeper:
    """Outlives the harness by a moment."""

    def __init__(self) -> None:
        self.lab = lab_id()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "harness.providers.process.keeper_main", self.lab],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def mark(self) -> Mapping[str, str]:
        """Environment that every child of the lab must carry."""
        return {MARK: self.lab}

    def watch_directory(self, path: Path) -> None:
        """Before anything starts in it: processes in it end with us, and so does it."""
        self._tell({"directory": str(path)})

    def watch_containers(self) -> None:
        """Before the first one is made: containers and networks with the lab's label end, too."""
        self._tell({"containers": True})

    def forget_directory(self, path: Path) -> None:
        """It was cleared away in the ordinary way."""
        self._tell({"forget": str(path.resolve())})

    async def close(self) -> None:
        """A normal end: everything was stopped before."""
        self._tell({"done": True})
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        await asyncio.to_thread(self._process.wait, END_SECONDS)

    def _tell(self, message: Mapping[str, object]) -> None:
        if self._process.stdin is None:
            return
        with contextlib.suppress(OSError):  # a dead keeper keeps nothing; the lab goes on
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
