"""Where a project's source reads a setting or contains a text: ``file:line`` for messages."""

from __future__ import annotations

import re
from pathlib import Path

from squall.config.init.project_files import python_files, read_text

PREFIXES = re.compile(r"^[A-Za-z]+_")
TEXT_FILES = (".env", "alembic.ini", "docker-compose.yml", "docker-compose.yaml", "compose.yml",
              "compose.yaml")  # fmt: skip


def where_is_read(directory: Path, name: str) -> str:
    """The first line that reads the variable. A settings class may omit its prefix."""
    names = [name]
    while "_" in names[-1]:
        names.append(PREFIXES.sub("", names[-1], count=1))
        if not PREFIXES.match(names[-1]):
            break
    for candidate in names:
        word = re.escape(candidate)
        reads = re.compile(
            rf"^\s+{word}\s*:|[(\[]\s*[\"']{word}[\"']|\b(?:env|alias)\s*=\s*[\"']{word}[\"']",
            re.IGNORECASE,
        )
        found = _first(directory, reads)
        if found:
            return found
    return ""


def where_is_written(directory: Path | None, text: str) -> str:
    """The first line with this text, in the source or in a file with addresses."""
    return _first(directory, re.compile(re.escape(text))) if directory else ""


def _first(directory: Path, pattern: re.Pattern[str]) -> str:
    named = [directory / name for name in TEXT_FILES]
    for path in [*python_files(directory), *named]:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            if pattern.search(line) and not line.lstrip().startswith("#"):
                return f"{path.relative_to(directory)}:{number}"
    return ""
