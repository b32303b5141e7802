"""Files of a run directory that are taken over into another: regular ones only, bounded in size.

A link could lead to a file of the user's own, which would then stand in an artefact of CI.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.reports.atomic_file import write_text
from squall.reports.digests import FILES
from squall.reports.run_directory import LOGS
from squall.reports.stored_verdict import MAX_BYTES, read_verdict

COPIED = (*FILES, "run.json")
MAX_LOG_BYTES = 64 << 20
MAX_SHARD_BYTES = 2 << 30
"""Of all files of one shard; more is not a check of an hour."""


def refuse_odd_files(path: Path) -> None:
    """Look at the files of a run directory before any of them is read.

    Raises:
        UsageError: one is a link or no regular file, or together they are too large.
    """
    total = 0
    for file, is_kind in _files(path):
        try:
            found = file.lstat()
        except OSError:
            continue  # who reads it says what is missing
        if not is_kind(found.st_mode):
            raise UsageError(f"{file}: is a link or an odd file, and is not followed")
        total += found.st_size
    if total > MAX_SHARD_BYTES:
        raise UsageError(f"{path}: its files are larger than {MAX_SHARD_BYTES >> 30} GiB")


def _files(path: Path) -> Iterator[tuple[Path, Callable[[int], bool]]]:
    for outage in read_verdict(path / "verdict.json").outages:
        home = path / outage.directory
        if home.parent == path:  # what lies elsewhere is refused when the run is opened
            yield home, stat.S_ISDIR
            yield from ((home / name, stat.S_ISREG) for name in (*COPIED, *LOGS))


def copy_run(source: Path, target: Path) -> dict[str, str]:
    """The files from which a run is judged again, and its logs, which are returned by name.

    Raises:
        UsageError: a file cannot be read.
    """
    target.mkdir(mode=0o700, exist_ok=True)
    for name in COPIED:
        write_text(target / name, read_regular(source / name, MAX_BYTES))
    logs = {}
    for name in LOGS:
        with suppress(UsageError):  # a log that is not there is left out
            logs[name] = read_regular(source / name, MAX_LOG_BYTES)
            write_text(target / name, logs[name])
    return logs
