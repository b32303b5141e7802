"""Write files atomically: to a temporary name in the same directory, then rename."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from squall.core.errors import SquallError
from squall.core.secrets import redact, redact_values


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary path to write to. It then replaces ``path``, or is removed after an error.

    Raises:
        SquallError: the file system refuses it; the message says what to do.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        yield beside
        beside.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SquallError(
            f"{path}: cannot be written: {reason}\n"
            "  free space there, or name another directory with --output"
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole file with secrets replaced. SquallError as in :func:`replaced`."""
    with replaced(path) as beside:
        beside.write_text(redact(text), encoding="utf-8", errors="replace")


def write_json(path: Path, body: Mapping[str, Any]) -> None:
    """The same for one JSON object, indented."""
    text = json.dumps(redact_values(body), indent=2) + "\n"
    with replaced(path) as beside:
        beside.write_text(text, encoding="utf-8")
