"""Regular expressions from a user whose search takes a bounded time, whatever it is searched in.

Python's matcher backtracks: ``(a+)+b`` needs 2^n steps for n letters, ``.*.*.*b`` needs n^4. The
statement comes from the app, the expression from a scenario file, and both are searched in the
event loop of the engine.

    steps = ways * n^repeats / repeats!      n letters; a search that is not anchored begins n times

What can take exponential time is refused. For the rest, as many letters are searched as the budget
allows, from the beginning of a statement: thousands for two repeats, hundreds for three.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Python has no other way to look into an expression; the module stands since 3.11.
from re import _constants as codes
from re import _parser as parser
from typing import Any

MAX_LETTERS = 65_536
"""No more of a statement is read at all."""
MAX_PATTERN = 1_000
MAX_REPEATS = 4
MAX_WAYS = 4_096
BUDGET_STEPS = 40_000_000
"""About a third of a second on a slow processor."""
SMALL = 16
"""A repeat of at most this many counts as its number of ways."""


@dataclass(frozen=True, slots=True)
class _Cost:
    repeats: int = 0
    """Repeats of unknown length that one match passes."""
    ways: int = 1
    """Choices besides: alternatives and what may be left out."""

    def then(self, other: _Cost) -> _Cost:
        """Both, one behind the other."""
        return _Cost(self.repeats + other.repeats, self.ways * other.ways)


def compile_bounded(pattern: str, flags: int = 0) -> BoundedPattern:
    """The compiled expression with the number of letters that may be searched.

    Raises:
        ValueError: it is not a regular expression, or takes too long to search.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"is longer than {MAX_PATTERN} letters")
    try:
        compiled = re.compile(pattern, flags)
        parsed = parser.parse(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    cost = _sequence(parsed)
    searches = 0 if _anchored(parsed) else 1
    if cost.repeats > MAX_REPEATS or cost.ways > MAX_WAYS:
        raise ValueError(
            f"has more than {MAX_REPEATS} repeats or {MAX_WAYS} alternatives in a row, which can"
            " take too long; make it shorter"
        )
    return BoundedPattern(compiled, _letters(cost.repeats + searches, cost.ways))


@dataclass(frozen=True, slots=True)
class BoundedPattern:
    """An expression that is searched in the beginning of a text."""

    compiled: re.Pattern[str]
    letters: int

    def search(self, text: str) -> bool:
        """Whether it is found in the first ``letters`` letters."""
        return self.compiled.search(text, 0, self.letters) is not None


def _letters(degree: int, ways: int) -> int:
    if degree <= 1:
        return max(1, min(MAX_LETTERS, BUDGET_STEPS // ways))
    steps = BUDGET_STEPS * math.factorial(degree) / ways
    return max(1, min(MAX_LETTERS, int(steps ** (1 / degree))))


def _anchored(parsed: Iterable[Any]) -> bool:
    first = next(iter(parsed), None)
    return (
        first is not None
        and first[0] is codes.AT
        and first[1]
        in (
            codes.AT_BEGINNING,
            codes.AT_BEGINNING_STRING,
        )
    )


def _sequence(parsed: Iterable[Any]) -> _Cost:
    total = _Cost()
    for code, value in parsed:
        total = total.then(_cost(code, value))
    return total


def _cost(code: Any, value: Any) -> _Cost:  # noqa: ANN401 - re's own
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return _repeat(*value)
    if code is codes.BRANCH:
        costs = [_sequence(one) for one in value[1]]
        return _Cost(max(one.repeats for one in costs), sum(one.ways for one in costs))
    if code is codes.GROUPREF:
        return _Cost(repeats=1)
    if code in _WITHIN:
        return _sequence(part for body in _WITHIN[code](value) for part in body or ())
    return _Cost()


_WITHIN: dict[Any, Callable[[Any], Iterable[Any]]] = {
    codes.SUBPATTERN: lambda value: value[-1:],
    codes.ASSERT: lambda value: value[1:],
    codes.ASSERT_NOT: lambda value: value[1:],
    codes.ATOMIC_GROUP: lambda value: [value],
    codes.GROUPREF_EXISTS: lambda value: value[1:],
}
"""What is matched within a group, by its kind."""


def _repeat(least: int, most: int, body: Iterable[Any]) -> _Cost:
    inside = _sequence(body)
    if most > 1 and inside != _Cost():
        raise ValueError(
            "has a repeat or alternatives within a repeat, which can take exponential time;"
            " write it without the outer or the inner one"
        )
    if most == least:
        return inside
    if most <= SMALL:
        return inside.then(_Cost(ways=int(most) - int(least) + 1))
    return inside.then(_Cost(repeats=1))
