"""The answers of one operation without a fault: statuses, media types, fields that always occur.

An operation that the load asks for now and then is *rare*. It is learned from requests that were
sent before the load and from the answers after the heal, too: what the state of the app has changed
meanwhile differs there as well, and is nothing that only the outage has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from squall.history.op import Op
from squall.history.shape import MAX_PLACES, Shape, read_shape

MARKS = re.compile(
    r"age|stale|cache|retr|wait|queue|pending|lag|latency|_ms|second|elapsed|remain|uptime",
    re.IGNORECASE,
)
"""Numbers with such names describe the answer or the app, and may become 0."""
NO_IDENTITY = frozenset({"=", "=0"})
LEAST_PAGES = 6
"""Different requests for pages of one length, of which the next one is expected to have it, too."""
EMPTY = frozenset({"null", "empty-text", "empty-object"})
OPEN_KINDS = frozenset({"null", "identity"})
"""Values whose own kind is not known: an identity is a number or a text."""


def media_type(op: Op) -> str:
    """The media type without its parameters, in lower case."""
    return (op.content_type or "").partition(";")[0].strip().lower()


def is_empty(kind: str | int | None) -> bool:
    """Whether a place of a shape is empty."""
    return kind == 0 if isinstance(kind, int) else kind in EMPTY


def is_nothing(place: str, kind: str | int | None) -> bool:
    """Whether a place is empty, or 0 and not a measure of time or load, such as an age."""
    return is_empty(kind) or (kind == "zero" and MARKS.search(place) is None)


def is_identity(kind: str | int | None) -> bool:
    """Whether a place of a shape holds a value that identifies something."""
    return isinstance(kind, str) and kind.startswith("=") and kind not in NO_IDENTITY


def plain_kind(kind: str | int) -> str:
    """The kind of a value: ``number`` also for 0, ``list`` for a length."""
    if isinstance(kind, int):
        return "list"
    if kind.startswith("="):
        return "identity"
    return {"zero": "number", "empty-text": "text", "empty-object": "object"}.get(kind, kind)


def is_field(place: str) -> bool:
    """Whether it is a field of the answer itself, not of an object inside it."""
    return place.count(".") == 1 and "[" not in place


@dataclass
class CalmOperation:
    """The answers of one operation before the first fault.

    They are learned first, and then read. What follows from all of them is computed once: each
    answer of the outage is compared with it.
    """

    statuses: set[int] = field(default_factory=set)
    media: set[str] = field(default_factory=set)
    shapes: list[tuple[str, Shape]] = field(default_factory=list)
    """The shapes of successful answers, each with its request."""
    changed: set[str] = field(default_factory=set)
    """Fields of requests that answers show with another value: a hash, a normalised text."""
    answers: int = 0
    early: int = 0
    """How many of the shapes are from before the fault."""
    rare: bool = False
    """Whether the run itself has few answers before the fault."""

    def add(self, op: Op) -> None:
        """Learn one answer."""
        self.answers += 1
        if op.status is not None:
            self.statuses.add(op.status)
        if op.good:
            self.changed |= op.changed_fields
            self.media.add(media_type(op))
            if op.shape:
                self.shapes.append((op.request, read_shape(op.shape)))
                self.early = len(self.shapes)

    def add_later(self, op: Op) -> None:
        """Learn the fields of an answer after the heal."""
        if op.good:
            self.changed |= op.changed_fields
            if op.shape:
                self.shapes.append((op.request, read_shape(op.shape)))

    @cached_property
    def has_broken_json(self) -> bool:
        """Whether answers without a fault are no JSON either, as a 204 without a body."""
        return any(shape[""] == "malformed" for _, shape in self.shapes)

    @cached_property
    def required(self) -> frozenset[str]:
        """Fields that every successful answer had."""
        whole = [shape for _, shape in self.shapes if len(shape) < MAX_PLACES]
        if not whole:
            return frozenset()
        return frozenset(filter(is_field, set(whole[0]).intersection(*whole[1:])))

    @cached_property
    def full_pages(self) -> dict[str, int]:
        """Lists that had one length, of at least two, in the answers to many requests."""
        if len({request for request, _ in self.shapes}) < LEAST_PAGES:
            return {}
        lengths = {place: {shape.get(place) for _, shape in self.shapes} for place in self._lists}
        return {
            place: length
            for place, found in lengths.items()
            if len(found) == 1 and isinstance(length := next(iter(found)), int) and length > 1
        }

    @cached_property
    def _lists(self) -> set[str]:
        return {place for place, kind in self.shapes[0][1].items() if isinstance(kind, int)}

    @cached_property
    def never_empty(self) -> frozenset[str]:
        """Fields that every successful answer had and that were never empty."""
        return frozenset(
            place
            for place in self.required
            if not any(is_empty(shape[place]) for _, shape in self.shapes)
        )

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The kind of each required field that had one kind in all successful answers."""
        kinds = {
            place: {plain_kind(known[place]) for _, known in self.shapes} for place in self.required
        }
        return {
            place: next(iter(were))
            for place, were in kinds.items()
            if len(were) == 1 and not were & OPEN_KINDS
        }

    def of_another_kind(self, shape: Shape) -> list[str]:
        """Fields that had one kind in all successful answers, and have another one here."""
        return sorted(
            place
            for place, was in self._kinds.items()
            if place in shape and plain_kind(shape[place]) not in {was, *OPEN_KINDS}
        )

    @cached_property
    def tops(self) -> set[type]:
        """The types of the places of whole answers: an int is a list, with its length."""
        return {type(was[""]) for _, was in self.shapes}

    @cached_property
    def always_full(self) -> bool:
        """Whether no answer was empty as a whole."""
        return not any(is_empty(was[""]) for _, was in self.shapes)

    @cached_property
    def echoes(self) -> bool:
        """Whether each answer is the item that its path names: ``/items/7`` has the id 7."""
        return bool(self.shapes) and all(echoes(request, shape) for request, shape in self.shapes)


def echoes(request: str, shape: Shape) -> bool:
    """Whether the answer's own id is a segment of the request's path."""
    own = shape.get(".id")
    path = request.partition(" ")[2].partition("?")[0]
    return isinstance(own, str) and own.startswith("=") and own[1:] in path.split("/")
