"""Suggest names that are near an unknown one, at most three."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_NAMES = 3


def suggest(word: str, known: Iterable[str], *, list_with: str) -> str:
    """``did you mean a, b or c?``, or how to list the known names if none is near."""
    return _nearest(word, list(known)) or f"list them with: {list_with}"


def suggest_or_list(word: str, known: Iterable[str]) -> str:
    """The same for names that no command lists: all of them when nothing is near."""
    names = list(known)
    return _nearest(word, names) or f"known: {', '.join(names)}"


def _nearest(word: str, known: list[str]) -> str:
    """The question; empty if no name is near."""
    near = difflib.get_close_matches(word, known, n=MAX_NAMES)
    if not near:
        return ""
    *others, last = near
    return f"did you mean {', '.join(others)} or {last}?" if others else f"did you mean {last}?"
