"""Keep a limited number of run directories: the newest, by the time in their names."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from squall.reports.directory_lock import is_locked

KEPT_RUNS = 50
"""Kept below ``.squall/runs`` when a command starts. ``--output`` directories are not removed."""

NAMED_BY_TIME = re.compile(r"\d{8}-\d{6}-\d{3}")


def named_by_time(directory: Path) -> Path:
    """A new directory below this one, named after the time."""
    return directory / datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]


def remove_old_runs(directory: Path, keep: int = KEPT_RUNS) -> list[Path]:
    """Remove all but the newest, except one that a command is writing. Returns what was removed.

    Only directories that Squall named after the time are removed, and no symbolic links.
    """
    try:
        runs = sorted(
            each
            for each in directory.iterdir()
            if NAMED_BY_TIME.fullmatch(each.name) and each.is_dir() and not each.is_symlink()
        )
    except OSError:
        return []
    old = [each for each in runs[: max(0, len(runs) - keep)] if not is_locked(each)]
    for each in old:
        shutil.rmtree(each, ignore_errors=True)
    return old
