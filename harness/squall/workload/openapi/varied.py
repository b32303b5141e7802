"""What may differ between two bodies of one operation: other rows, amounts and choices.

    {"payer": 1, "payee": 1, "cents": 1, "kind": "gift"}
        payer, payee   {different:int:1|2|3}      bounds alike: perhaps two things of one kind
        cents          {int:1..3}
        kind           {one:gift|rent}

Equal bodies hide what needs two things: locks in the order of the caller, a value that is taken
for another one. Whether the app accepts them is for a trial to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall.workload.openapi.document import CannotGenerate
from squall.workload.openapi.likely import whole_schema
from squall.workload.openapi.likely_text import choices_of, whole_number
from squall.workload.openapi.media import LIST_REFERS, REFERS

SPAN = 3
"""Different values of each place: each is seen often enough, and so is each pair."""
CHOICES = 2
"""Of an enumeration: what an app does for one of two is seen in half of the requests."""
LINES = 2
MAX_DEPTH = 4
BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")
FIXED = ("const", "enum", "example")
SPECIAL = frozenset("{}|")

Known = Callable[[str], Sequence[str]]
"""Identities that the app has told, by the name of a field."""
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Variation:
    """Places of a body that differ together, each with its placeholder, or list of lines."""

    values: tuple[tuple[Place, Any], ...]

    @property
    def is_of_several(self) -> bool:
        """Whether it makes two places of a body differ from each other."""
        return len(self.values) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Varying:
    """How bodies of one operation may differ."""

    document: Mapping[str, Any]
    known: Known
    span: int = SPAN
    references_only: bool = False
    """For a path that names a row: by how much a request moves it is learned from equal ones."""

    def of(self, schema: Mapping[str, Any], body: Any) -> tuple[Variation, ...]:  # noqa: ANN401 - JSON
        """What may differ in this body; nothing for one that is a list."""
        if not isinstance(body, Mapping):
            return ()
        groups: defaultdict[str, list[tuple[Place, Any]]] = defaultdict(list)
        for place, value in self._walk(schema, body, ()):
            alone = not isinstance(value, str) or not value.startswith("{different:")
            groups[str(place) if alone else value].append((place, value))
        return tuple(Variation(tuple(one)) for one in groups.values())

    def _walk(self, schema: object, body: Any, place: Place) -> Iterator[tuple[Place, Any]]:  # noqa: ANN401 - JSON
        if len(place) >= MAX_DEPTH:
            return
        properties = self._resolved(schema).get("properties")
        described = properties if isinstance(properties, Mapping) else {}
        numbers = self._numbers(body, described)
        for name, value in body.items():
            here = (*place, name)
            if isinstance(value, Mapping):
                yield from self._walk(described.get(name), value, here)
            elif isinstance(value, list):
                yield from self._list(str(name), described.get(name), value, here)
            elif found := numbers.get(name) or self._scalar(str(name), described.get(name), value):
                yield here, found

    def _list(
        self, name: str, schema: object, value: list[Any], place: Place
    ) -> Iterator[tuple[Place, Any]]:
        """Identities, or lines of an order: two, for two things, if one was accepted."""
        if not value or self.references_only:
            return
        if LIST_REFERS.search(name):
            known = self.known(name[:-1])[-self.span :]
            if len(known) > len(value) and (found := _different(known, value[0])):
                yield place, [found] * len(value)
        elif len(value) == 1 and isinstance(value[0], Mapping):
            described = self._resolved(schema)
            inner = list(self._walk(described.get("items"), value[0], ()))
            line = vary(value[0], [Variation(tuple(inner))])
            refers = any(str(found).startswith("{different:") for _, found in inner)
            if refers and whole_number(described.get("maxItems"), LINES) >= LINES:
                yield place, [line] * LINES
            elif inner:
                yield place, [line]

    def _scalar(self, name: str, schema: object, value: Any) -> str:  # noqa: ANN401 - JSON
        if REFERS.search(name):
            return _different(self.known(name)[: self.span], value)
        if self.references_only or not isinstance(value, str):
            return ""
        described = self._resolved(schema)
        given = described.get("enum") or choices_of(described.get("pattern"))
        choices = [one for one in given if isinstance(one, str) and one and not SPECIAL & set(one)]
        if value not in choices or len(choices) < CHOICES:
            return ""
        others = [one for one in choices if one != value]
        return "{one:" + "|".join([value, *others][:CHOICES]) + "}"

    def _numbers(self, body: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, str]:
        """Whole numbers: the first ones from the accepted value on. Those with equal bounds may
        name things of one kind, and differ.
        """
        options: dict[str, tuple[int, ...]] = {}
        bounds: dict[str, list[object]] = {}
        for name, value in body.items():
            names_a_thing = REFERS.search(str(name)) or str(name) == "id"
            if type(value) is not int or names_a_thing or self.references_only:
                continue
            schema = self._resolved(described.get(name))
            if len(found := self._options(schema, value)) > 1:
                options[name], bounds[name] = found, [schema.get(key) for key in BOUNDS]
        kinds = list(bounds.values())
        return {
            name: _number(one, alone=kinds.count(bounds[name]) == 1)
            for name, one in options.items()
        }

    def _options(self, schema: Mapping[str, Any], value: int) -> tuple[int, ...]:
        if any(schema.get(key) is not None for key in FIXED):
            return ()
        step = whole_number(schema.get("multipleOf"), 1) or 1
        most = whole_number(schema.get("maximum"), value + step * self.span)
        below = whole_number(schema.get("exclusiveMaximum"), most + 1)
        each = (value + step * n for n in range(self.span))
        return tuple(one for one in each if one <= most and one < below)

    def _resolved(self, schema: object) -> Mapping[str, Any]:
        try:
            return whole_schema(self.document, schema)
        except CannotGenerate:
            return {}


def _number(options: Sequence[int], *, alone: bool) -> str:
    if alone and options[-1] - options[0] == len(options) - 1:
        return f"{{int:{options[0]}..{options[-1]}}}"
    return "{different:int:" + "|".join(map(str, options)) + "}"


def _different(known: Sequence[str], value: object) -> str:
    """One of the known identities; empty if there are no two, or they are of another type."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    usable = [one for one in known if not SPECIAL & set(one) and "%" not in one]
    if is_number:
        usable = [one for one in usable if one.isdecimal()]
    if len(usable) < CHOICES or not (is_number or isinstance(value, str)):
        return ""
    return "{different:" + ("int:" if is_number else "") + "|".join(usable) + "}"


def vary(body: Any, variations: Iterable[Variation]) -> Any:  # noqa: ANN401 - JSON
    """The body with these placeholders."""
    for variation in variations:
        for place, value in variation.values:
            body = _put(body, place, value)
    return body


def _put(body: Any, place: Place, value: Any) -> Any:  # noqa: ANN401 - JSON
    if not place:
        return value
    return {**body, place[0]: _put(body[place[0]], place[1:], value)}
