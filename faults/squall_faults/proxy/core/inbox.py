"""What one direction brought and is still to be judged: a step at a time, others in between.

    chunk of 256 KiB ─▶ [4 KiB][4 KiB][4 KiB] … one step each ─▶ rules

A chunk may hold fifty thousand messages; judged at once they would keep every other connection
and the API waiting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from squall_faults.proxy.turns import turns

STEP_BYTES = 4096
"""Eight hundred of the smallest messages: about two milliseconds."""


class Inbox:
    """Bytes and their end, in order."""

    def __init__(
        self,
        judge: Callable[[bytes], None],
        finish: Callable[[], None],
        ready: Callable[[], bool],
    ) -> None:
        self._judge, self._finish, self._ready = judge, finish, ready
        self._chunks: deque[bytes] = deque()
        self._place = 0
        self._scheduled = self._ended = False
        self.bytes = 0
        """Those that wait."""

    @property
    def empty(self) -> bool:
        """Nothing waits."""
        return not self._chunks

    def put(self, data: bytes) -> None:
        """Bytes came: judge them now if they are few, else in steps."""
        if not self._chunks and len(data) <= STEP_BYTES and self._ready():
            self._judge(data)
            return
        self._chunks.append(data)
        self.bytes += len(data)
        self.wake()

    def put_end(self) -> None:
        """No byte follows."""
        self._ended = True
        if not self._chunks:
            self._finish()

    def wake(self) -> None:
        """It may be ready again."""
        if self._chunks and not self._scheduled and self._ready():
            self._scheduled = True
            turns().later(self._step)

    def clear(self) -> None:
        """The connection is over."""
        self._chunks.clear()
        self.bytes = self._place = 0

    def _step(self) -> None:
        self._scheduled = False
        if not self._chunks or not self._ready():
            return
        chunk = self._chunks[0]
        part = chunk[self._place : self._place + STEP_BYTES]
        self._place += len(part)
        self.bytes -= len(part)
        if self._place == len(chunk):
            self._chunks.popleft()
            self._place = 0
        self._judge(part)
        self.wake()
        if self._ended and not self._chunks:
            self._finish()
