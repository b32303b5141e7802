"""The project's own files, without environments, tests and generated files."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = {
    "venv", "env", "node_modules", "tests", "test", "site-packages", "__pycache__", "build",
    "dist", "frontend", "docs", "docs_src", "examples", "example", "benchmarks",
}  # fmt: skip
MIGRATIONS = {"migrations", "alembic", "versions"}
MAX_FILES = 3000
MAX_DEPTH = 8
MAX_BYTES = 1_000_000


def python_files(directory: Path, *, migrations: bool = False) -> list[Path]:
    """Python files, those near the top first. ``migrations`` includes those of migrations."""
    found = [path for path in project_files(directory, migrations=migrations)
             if path.suffix == ".py"]  # fmt: skip
    return sorted(found, key=lambda path: (len(path.parts), str(path)))


def project_files(directory: Path, *, migrations: bool = True) -> Iterator[Path]:
    """All files of the project, limited in number and depth. Hidden folders are skipped, except
    CI's.
    """
    count = 0
    skipped = SKIPPED if migrations else SKIPPED | MIGRATIONS
    for place, folders, files in os.walk(directory):
        depth = len(Path(place).relative_to(directory).parts)
        kept = sorted(name for name in folders if _is_own(Path(place), name, skipped))
        folders[:] = kept if depth < MAX_DEPTH else []
        for name in sorted(files):
            count += 1
            if count > MAX_FILES:
                return
            yield Path(place) / name


def read_text(path: Path) -> str:
    """The text of a file; empty if it cannot be read or is not text."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        raw = path.read_bytes()
        # PowerShell's ">" writes UTF-16, and many requirements.txt come from it.
        wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return raw.decode("utf-16" if wide else "utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return ""


def _is_own(place: Path, name: str, skipped: set[str]) -> bool:
    if name in skipped or name.endswith(".egg-info"):
        return False
    if name.startswith("."):
        return name in {".github", ".docker", ".circleci"}
    return not (place / name / "pyvenv.cfg").exists()
