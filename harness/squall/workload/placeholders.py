"""Placeholders of requests: what is unique for each one, and what is drawn.

    {key}                        unique for each request        {unique}   its number of nine digits
    {int:1..10}   {one:a|b}      seeded draws
    {different:int:1|2|3}        a value that no other such place of the body has: who pays is not
                                 who is paid

A value that consists only of an ``{int:…}`` or a ``{different:int:…}`` becomes a number.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

DRAW = re.compile(r"\{int:(-?\d{1,18})\.\.(-?\d{1,18})\}")
RANGE = re.compile(r"\{int:[^{}]*\}")
"""What is meant as one."""
ONE = re.compile(r"\{one:([^{}]+)\}")
"""Several values, separated by ``|``, one of which is drawn."""
DIFFERENT = re.compile(r"\{different:(int:)?([^{}]+)\}")
"""The same, each for one place of a body with these values, as long as there are some left."""


class Filler:
    """Fills the placeholders of one request."""

    def __init__(self, draws: random.Random, key: str) -> None:
        self._draws = draws
        self._key = key
        self._unique = f"{zlib.crc32(key.encode()) % 10**9:09}"
        self._taken: dict[str, set[str]] = {}

    def filled(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """The value with everything drawn that is to be drawn in it."""
        if isinstance(value, str):
            if whole := DRAW.fullmatch(value):
                return self._draw(whole)
            if other := DIFFERENT.fullmatch(value):
                return self._another(other)
            known = value.replace("{key}", self._key).replace("{unique}", self._unique)
            filled = DRAW.sub(lambda m: str(self._draw(m)), known)
            return ONE.sub(lambda m: self._draws.choice(m[1].split("|")), filled)
        if isinstance(value, Mapping):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        return value

    def _draw(self, match: re.Match[str]) -> int:
        return self._draws.randint(int(match[1]), int(match[2]))

    def _another(self, match: re.Match[str]) -> str | int:
        taken = self._taken.setdefault(match[2], set())
        options = match[2].split("|")
        chosen = self._draws.choice([one for one in options if one not in taken] or options)
        taken.add(chosen)
        return int(chosen) if match[1] else chosen


def placeholder_problems(given: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Each key of a table with an invalid placeholder, and why it is invalid."""
    pairs = given.items() if isinstance(given, Mapping) else enumerate(given)
    for key, value in pairs:
        if isinstance(value, str):
            for match in RANGE.finditer(value):
                drawn = DRAW.fullmatch(match[0])
                if drawn is None:
                    yield str(key), f"{match[0]}: not a range of integers; write {{int:1..10}}"
                elif int(drawn[1]) > int(drawn[2]):
                    yield str(key), f"{match[0]}: the first number is larger than the second"
        elif isinstance(value, (Mapping, list, tuple)):
            yield from placeholder_problems(value)
