"""Declared HTTP operations, and the endless sequence of requests that a seed makes of them.

Paths, headers and bodies may have placeholders: see :mod:`squall.workload.placeholders`.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from squall.history.op import Effect, Outcome
from squall.workload.placeholders import Filler

Media = Literal["json", "form", "multipart"]

WEBSOCKET = "WEBSOCKET"
"""Method of an operation that is a websocket: its body is the message that clients send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One kind of request that clients send."""

    name: str
    method: str
    path: str
    effect: Effect
    weight: int = 1
    """Its share of the load, relative to the other operations."""
    body: Any = None
    bodies: tuple[Any, ...] = ()
    """Several bodies to draw from. They take precedence over ``body``."""
    plain_bodies: tuple[Any, ...] = ()
    """What the bodies were before they were made to differ; empty if they were not."""
    media: Media = "json"
    """How a body is sent. In ``multipart``, a text that starts with ``squall-file:`` is a file."""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream_seconds: float = 0.25
    """How long an answer of ``text/event-stream`` is read before the client disconnects."""
    streams: bool = False
    """Whether its answer is a stream without an end, as its trial showed."""
    replies: bool = False
    """Whether the websocket answers a message, as its trial showed."""
    least_interval_seconds: float = 0.0
    """Minimum time between two of its requests: a rate limit of the app. 0 means no limit."""
    not_before: float = 0.0
    """Monotonic time of its next request, if it has a minimum interval."""
    read_back: str | None = None
    """Path that reads an acknowledged write back; ``{answer.id}`` is a field of its answer."""
    read_back_share: float = 0.2
    """Share of the acknowledged writes that are read back."""
    role: str = ""
    """The role of the login with which it is sent; empty for the first one."""
    forbidden: tuple[str, ...] = ()
    """Paths that were answered with 403 in its trial, while others were served."""
    after: str = ""
    """Name of another operation: this one follows some of its successes, and is not drawn. Its path
    may contain ``{path}``, the path of the previous request, and ``{answer.id}``, a field of its
    answer.
    """
    found_in: str = ""
    """Path of a list, if the answer does not tell what was made: ``{answer.id}`` is then a field of
    the list's entry with the key of the previous request. An ``http://`` address with ``{key}``
    answers the entry itself: the lab looks for its row.
    """

    @property
    def may_be_repeated(self) -> bool:
        """Whether the app can recognise a repeat: by its key, or as the write is idempotent."""
        keyed = any("{key}" in value for value in self.headers.values())
        return keyed or self.effect == "idempotent-write"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """One complete request, before it is sent."""

    id: int
    operation: Operation
    key: str | None
    path: str
    headers: Mapping[str, str]
    body: Any


MAX_REDRAWS = 50

Allows = Callable[[Operation], bool]


def requests(
    operations: Sequence[Operation],
    seed: int,
    run_id: str,
    *,
    first: int = 0,
    allows: Allows = lambda _operation: True,
) -> Iterator[PlannedRequest]:
    """The same sequence for the same operations, seed, run id and first number.

    An operation that ``allows`` refuses now because of its rate limit is replaced by another draw.
    """
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    operations = [one for one in operations if not one.after] or operations
    weights = [operation.weight for operation in operations]
    number = first
    while True:
        for _ in range(MAX_REDRAWS):
            operation = draws.choices(operations, weights)[0]
            if allows(operation):
                break
        key = None if operation.effect == "read" else f"{run_id}-{number}"
        yield request_of(operation, number, key, draws)
        number += 1


def request_of(
    operation: Operation, number: int, key: str | None, draws: random.Random
) -> PlannedRequest:
    """A request of this operation, with what its placeholders say."""
    filler = Filler(draws, key or "")
    return PlannedRequest(
        id=number,
        operation=operation,
        key=key,
        path=str(filler.filled(operation.path)),
        headers={name: str(filler.filled(v)) for name, v in operation.headers.items()},
        body=filler.filled(_body(operation, draws)),
    )


def _body(operation: Operation, draws: random.Random) -> Any:  # noqa: ANN401 - JSON
    return draws.choice(operation.bodies) if operation.bodies else operation.body


def fill_body(body: Any, key: str) -> Any:  # noqa: ANN401 - JSON
    """A body with its placeholders filled in, the same for the same key."""
    return Filler(random.Random(key), key).filled(body)  # noqa: S311 - repeatable on purpose


def with_another_body(request: PlannedRequest) -> PlannedRequest:
    """The request with the same key and newly drawn values in its body."""
    return _drawn_again(request, f"another {request.key}")


def with_values_of_its_own(request: PlannedRequest, number: int) -> PlannedRequest:
    """A request for the same thing by another client, with a key and newly drawn values."""
    other = with_another_key(request, number)
    return _drawn_again(other, f"own {other.key}")


def _drawn_again(request: PlannedRequest, seed: str) -> PlannedRequest:
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    body = Filler(draws, request.key or "").filled(_body(request.operation, draws))
    return dataclasses.replace(request, body=body)


def another_key(request: PlannedRequest, number: int) -> str:
    """The key of a request with this number in the same run."""
    return f"{(request.key or '').rpartition('-')[0]}-{number}"


def with_another_key(request: PlannedRequest, number: int) -> PlannedRequest:
    """The same request by another client: its key, and what follows from it, is another one."""
    key = request.key or ""
    other = another_key(request, number)
    own, new = Filler(random.Random(0), key), Filler(random.Random(0), other)  # noqa: S311 - draws nothing
    pairs = [(own.filled(each), new.filled(each)) for each in ("{key}", "{unique}")]

    def changed(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            for old, now in pairs:
                value = value.replace(old, now)
            return value
        if isinstance(value, Mapping):
            return {name: changed(item) for name, item in value.items()}
        return [changed(item) for item in value] if isinstance(value, list) else value

    headers = {name: changed(value) for name, value in request.headers.items()}
    return dataclasses.replace(
        request, id=number, key=other, path=changed(request.path), headers=headers,
        body=changed(request.body),
    )  # fmt: skip


def with_equal_bodies(
    operations: Iterable[Operation], names: Collection[str]
) -> tuple[Operation, ...]:
    """The same, where those of these names have the bodies that they had before they were made to
    differ.
    """
    return tuple(
        dataclasses.replace(one, bodies=one.plain_bodies, plain_bodies=())
        if one.plain_bodies and one.name in names
        else one
        for one in operations
    )


def to_dict(operation: Operation) -> dict[str, Any]:
    """A value that can be written as JSON. The inverse of :func:`from_dict`."""
    return dataclasses.asdict(operation)


def from_dict(description: Mapping[str, Any]) -> Operation:
    """The inverse of :func:`to_dict`."""
    given = {name: tuple(description.get(name) or ()) for name in ("bodies", "plain_bodies")}
    return Operation(**{**description, **given})


DEFAULT_REFUSED = frozenset(status for status in range(400, 500) if status != 408) | {503}  # noqa: PLR2004 - 408 is a time-out
"""Statuses which promise that nothing happened, unless the app's profile declares others."""


def outcome_of(status: int | None, error: str | None, refused: Iterable[int]) -> Outcome:
    """What the client may conclude; see :mod:`squall.history.op`."""
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 - HTTP's 2xx
        return Outcome.APPLIED
    if error == "refused" or (status is not None and status in set(refused)):
        return Outcome.REFUSED
    return Outcome.UNKNOWN
