"""Report what a run wrote in the app's own directory: network isolation cannot prevent that."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from squall.core.counting import listed

SKIPPED = {".git", ".venv", "venv", "env", "node_modules", "__pycache__", ".squall", ".mypy_cache",
           ".ruff_cache", ".pytest_cache"}  # fmt: skip
MAX_FILES = 20_000
SHOWN = 6

Snapshot = Mapping[str, tuple[int, int]]
"""By path: time of the last change in nanoseconds, size in bytes."""


def take_snapshot(directory: Path, output: Path | None = None) -> Snapshot:
    """All files below, limited in number. Caches, environments and Squall's output are left out."""
    found: dict[str, tuple[int, int]] = {}
    for place, folders, files in os.walk(directory):
        folders[:] = sorted(
            name for name in folders if name not in SKIPPED and Path(place) / name != output
        )
        for name in files:
            path = Path(place) / name
            try:
                facts = path.lstat()
            except OSError:
                continue
            found[path.relative_to(directory).as_posix()] = (facts.st_mtime_ns, facts.st_size)
            if len(found) >= MAX_FILES:
                return found
    return found


def written_line(before: Snapshot, after: Snapshot) -> str:
    """``the run wrote in the app's directory: app.db (new), …``; empty if it wrote nothing."""
    changed = [f"{path} (new)" for path in sorted(set(after) - set(before))]
    changed += [f"{path} (changed)" for path in sorted(after) if path in before
                and before[path] != after[path]]  # fmt: skip
    changed += [f"{path} (removed)" for path in sorted(set(before) - set(after))]
    if not changed:
        return ""
    return f"the run wrote in the app's directory: {listed(changed, SHOWN)}"
