"""Paths with placeholders: ``/charges/{id}`` and ``/v1/*``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_PATTERN = 500
MAX_STARS = 2
"""A search for more of them can take too long."""
MAX_PATH = 2_048
"""A longer path matches nothing but an empty pattern."""

PLACEHOLDER = re.compile(r"\{[^{}/]*\}|\*")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """``{}`` or ``{name}`` is one segment or a part of it, ``*`` any text; empty: every path.

    Raises:
        ValueError: it is no such pattern; the text says why.
    """

    text: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile it."""
        if self.text and not self.text.startswith(("/", "*")):
            raise ValueError("must start with / or *")
        if len(self.text) > MAX_PATTERN or self.text.count("*") > MAX_STARS:
            raise ValueError(f"has more than {MAX_PATTERN} letters or {MAX_STARS} stars")
        words = PLACEHOLDER.split(self.text)
        if any(brace in word for word in words for brace in "{}?#"):
            raise ValueError("has a brace without its other one, a query or a fragment")
        found = PLACEHOLDER.findall(self.text)
        parts = [re.escape(words[0])]
        for mark, word in zip(found, words[1:], strict=True):
            parts += [".*" if mark == "*" else "[^/]+", re.escape(word)]
        object.__setattr__(self, "_compiled", re.compile("".join(parts), re.DOTALL))

    def matches(self, path: str) -> bool:
        """Whether it is about this path, which is given without its query."""
        if not self.text:
            return True
        return len(path) <= MAX_PATH and self._compiled.fullmatch(path) is not None

    @property
    def placeholders(self) -> int:
        """How many there are: a pattern with fewer is about fewer paths."""
        return len(PLACEHOLDER.findall(self.text))
