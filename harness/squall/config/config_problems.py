"""Problems of a table in a TOML file, each with the line of its key."""

from __future__ import annotations

import re
from pathlib import Path

from squall.core.errors import UsageError


class ConfigProblems:
    """The problems, each with the line of its key."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()
        self.found: list[str] = []

    def add(self, key: str, text: str) -> None:
        """Add a problem with a key, and look up its line."""
        place = re.compile(rf"^\s*(\[+[^\]]*\b)?[\"']?{re.escape(key)}[\"']?\s*(=|\]|\.)")
        line = next((n for n, words in enumerate(self._lines, 1) if place.match(words)), 1)
        self.found.append(f"{self._file}:{line}: [tool.squall] {text}")

    def raise_if_any(self) -> None:
        """A UsageError that lists all problems."""
        if self.found:
            raise UsageError("\n".join(self.found))
