"""Bytes pass untouched; the end is passed on ``delay`` ms late."""

from __future__ import annotations

from collections.abc import Mapping

from squall_faults.proxy.toxics.stage import End, Stage, now


class SlowCloseStage(Stage):
    """Toxiproxy's ``slow_close``."""

    def finish(self, end: End) -> None:
        """Hold the end back."""
        if self.end is None:
            self.end = end
            self.tally.bites += 1
            self.tally.ends += 1
            self._hold()

    def _hold(self) -> None:
        self._at(now() + self.attributes["delay"] / 1000, self._close)

    def retune(self, attributes: Mapping[str, int]) -> None:
        """A held end waits again, by the new delay."""
        self.attributes = attributes
        if self._timer is not None:
            self._hold()

    def _close(self) -> None:
        self._timer = None
        self.next.finish(self.end or End.EOF)

    def drain(self) -> None:
        """Pass a held end on at once."""
        if self._timer is not None:
            self.stop()
            self._close()
