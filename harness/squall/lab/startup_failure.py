"""A failed start on one screen: what was started, how, the relevant log lines, the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from squall.lab.last_words import read_last_words
from squall.lab.startup_hints import StartContext, startup_hint

MAX_LOG_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A start that failed."""

    what: str
    """``the app shop.main:app ended with exit code 1``."""
    how: str
    """The command line."""
    log: Path
    directory: Path | None
    """The directory in which it was started."""
    environment: Mapping[str, str]
    """The variables that it was given in addition to Squall's own environment."""
    python: Path | None = None


def describe_failure(failure: Failure) -> str:
    """The message, without a newline at the end."""
    text = _read(failure.log)
    words = read_last_words(text, failure.directory)
    shown = "\n".join(f"    {line}" for line in words.lines) or "    (it printed nothing)"
    place = f" (your code: {words.place})" if words.place else ""
    context = StartContext(
        directory=failure.directory, environment=failure.environment, python=failure.python
    )
    hint = startup_hint("\n".join(words.lines), context) or startup_hint(text, context)
    where = f"\n  in: {failure.directory}" if failure.directory else ""
    next_step = f"\n  next: {hint}" if hint else ""
    return (
        f"{failure.what}\n  started: {failure.how}{where}\n"
        f"  its words that matter{place}:\n{shown}{next_step}"
    )


def _read(log: Path) -> str:
    try:
        return log.read_bytes()[-MAX_LOG_BYTES:].decode(errors="replace")
    except OSError:
        return ""
