"""Digests of a run's files at the time of writing: a file that was edited later proves nothing.

They protect against accidents and manual edits. An attacker who can write all files can write
digests, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from squall.core.errors import UsageError

FILES = ("scenario.squall.yaml", "history.jsonl", "events.jsonl", "evidence.json", "verdict.json")


def digests_of(home: Path) -> dict[str, str]:
    """SHA-256 of each file that a later judgement reads."""
    return {name: _digest(home / name) for name in FILES}


def verify_digests(home: Path, written: Mapping[str, str]) -> None:
    """Compare the files with the digests. A run of an earlier version has none.

    Raises:
        UsageError: a file differs from its digest.
    """
    for name in FILES:
        if name in written and _digest(home / name) != written[name]:
            raise UsageError(
                f"{home / name}: was changed after the run, so nothing is proven; run it again"
            )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
