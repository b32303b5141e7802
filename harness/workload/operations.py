"""Declared HTTP operations, and the endless sequence of requests that a seed makes of them.

Placeholders in path, headers and body: ``{key}`` is unique for each request, ``{int:1..10}`` a
seeded draw. A body value that is nothing but an ``{int:…}`` becomes a number.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.history.op import Effect, Outcome

DRAW = re.compile(r"\{int:(-?\d+)\.\.(-?\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One kind of request that callers make."""

    name: str
    method: str
    path: str
    effect: Effect
    weight: int = 1
    """Its share of the load, relative to the other operations."""
    body: Any = None
    bodies: tuple[Any, ...] = ()
    """Several bodies to draw from; they go before ``body``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    read_back: str | None = None
    """Path that reads an acknowledged write; ``{answer.id}`` is a field of its answer."""
    read_back_share: float = 0.2
    """Of the acknowledged writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """One request, complete, before it is sent."""

    id: int
    operation: Operation
    key: str | None
    path: str
    headers: Mapping[str, str]
    body: Any


def requests(
    operations: Sequence[Operation], seed: int, run_id: str, *, first: int = 0
) -> Iterator[PlannedRequest]:
    """The same sequence for the same operations, seed, run id and first number."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    weights = [operation.weight for operation in operations]
    number = first
    while True:
        operation = draws.choices(operations, weights)[0]
        key = None if operation.effect == "read" else f"{run_id}-{number}"
        filler = _Filler(draws, key or "")
        yield PlannedRequest(
            id=number,
            operation=operation,
            key=key,
            path=str(filler.filled(operation.path)),
            headers={name: str(filler.filled(v)) for name, v in operation.headers.items()},
            body=filler.filled(_body(operation, draws)),
        )
        number += 1


def _body(operation: Operation, draws: random.Random) -> Any:  # noqa: ANN401 - JSON
    return draws.choice(operation.bodies) if operation.bodies else operation.body


class _Filler:
    def __init__(self, draws: random.Random, key: str) -> None:
        self._draws = draws
        self._key = key

    def filled(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            whole = DRAW.fullmatch(value)
            if whole:
                return self._draw(whole)
            return DRAW.sub(lambda m: str(self._draw(m)), value.replace("{key}", self._key))
        if isinstance(value, Mapping):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        return value

    def _draw(self, match: re.Match[str]) -> int:
        return self._draws.randint(int(match[1]), int(match[2]))


def to_dict(operation: Operation) -> dict[str, Any]:
    """JSON-able; the inverse of :func:`from_dict`."""
    return dataclasses.asdict(operation)


def from_dict(description: Mapping[str, Any]) -> Operation:
    """The inverse of :func:`to_dict`."""
    return Operation(**{**description, "bodies": tuple(description.get("bodies") or ())})


DEFAULT_REFUSED = frozenset(status for status in range(400, 500) if status != 408) | {503}  # noqa: PLR2004 - 408 is a time-out
"""Statuses that promise that nothing happened, unless the app's profile says otherwise."""


def outcome_of(status: int | None, error: str | None, refused: Iterable[int]) -> Outcome:
    """What the caller may believe: see :mod:`harness.history.op`."""
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 - HTTP's 2xx
        return Outcome.APPLIED
    if error == "refused" or (status is not None and status in set(refused)):
        return Outcome.REFUSED
    return Outcome.UNKNOWN
