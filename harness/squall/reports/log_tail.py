"""Read what was appended to a log since the last call: a lab's log lives as long as its lab."""

from __future__ import annotations

from pathlib import Path


class LogTail:
    """Remembers how far each log was read."""

    def __init__(self) -> None:
        self._read: dict[Path, int] = {}

    def read_new(self, log: Path, most: int | None = None) -> str:
        """The new part; if the log was truncated, all of it. At most the last ``most`` bytes.

        Raises:
            OSError: the file does not exist or cannot be read.
        """
        size = log.stat().st_size
        begun = self._read.get(log, 0)
        begun = begun if begun <= size else 0
        self._read[log] = size
        if most is not None:
            begun = max(begun, size - most)
        with log.open("rb") as file:
            file.seek(begun)
            return file.read(size - begun).decode(errors="replace")
