"""Bodies that an app probably accepts: values by the names and formats of the schema.

A schema says that a password is a text; the name says that it is a password. These bodies are
created at once, without a library, and come before the drawn ones of :mod:`.bodies`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from squall.workload.openapi.document import CannotGenerate, resolve_references
from squall.workload.openapi.likely_text import likely_text, whole_number

MAX_DEPTH = 6
BATCH = 3
"""Items of a body that is a list: some of them can be stored without the others."""
MOST_DRAWN = 999
"""By this much a drawn number may exceed its lower bound: an app may have a limit of its own."""
REFERENCE = re.compile(r"(?:^|_)ids?$|[a-z]Ids?$")
"""Names of fields that hold the key of another thing."""
SPECIAL = frozenset({"date-time", "date", "time", "uuid", "binary"})
"""Formats of optional fields that an app or its database is often particular about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How much of a schema a body fills."""

    required_only: bool = False
    own_only: bool = False
    """Of the optional fields only those without a default that name no other thing."""
    least_items: int = 0
    """Of each list, where the schema demands no more."""
    drawn: bool = False
    """Whether numbers are drawn between the bounds of the schema, and texts are different."""


BATCHES = (Filling(least_items=BATCH, drawn=True), Filling(least_items=1), Filling())
FILLINGS = (Filling(), Filling(required_only=True), Filling(own_only=True), Filling(least_items=1))


def likely_bodies(
    document: Mapping[str, Any], schema: Mapping[str, Any], *, updates: bool = False
) -> tuple[Any, ...]:
    """A body with every field, one with the required fields, one with further texts and numbers of
    its own (a post without a text is refused, and so is one in a category that does not exist), and
    one whose lists have an item: an order without items is refused. If the body is a list of
    things, three different items come first. If it ``updates`` a thing, and has one number with two
    bounds, another value each time comes first: what is stored, and shown, is then seen.
    CannotGenerate if none works.
    """
    found: list[Any] = []
    problem: CannotGenerate | None = None
    fillings = BATCHES if _is_batch(document, schema) else FILLINGS
    for filling in (Filling(drawn=True), *fillings) if updates else fillings:
        try:
            body = likely_value(document, schema, filling=filling)
        except CannotGenerate as reason:
            problem = reason
            continue
        if body not in found and (filling in fillings or _is_drawn_once(body)):
            found.append(body)
    if not found and problem is not None:
        raise problem
    return tuple(sorted(found, key=lambda body: body == {}))  # an update of nothing is the last


def _is_drawn_once(body: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether one of its values is drawn: two may be refused together, as an end before a start."""
    values = body.values() if isinstance(body, dict) else ()
    return sum(isinstance(one, str) and one.startswith("{int:") for one in values) == 1


def _is_batch(document: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    """Whether a body is a list of things."""
    body = resolve_references(document, schema)
    items = resolve_references(document, _map(body.get("items")))
    return _kind(body) == "array" and _kind(items) == "object"


def likely_value(
    document: Mapping[str, Any],
    schema: object,
    name: str = "",
    *,
    filling: Filling | None = None,
    depth: int = MAX_DEPTH,
) -> Any:  # noqa: ANN401 - JSON
    """A value that fits the schema and is likely for its name.

    Raises:
        CannotGenerate: no fitting value is known, or the schema is nested too deeply.
    """
    if depth == 0:
        raise CannotGenerate("its schema is nested too deep")
    schema = whole_schema(document, schema)
    if (given := _given(schema)) is not None:
        return given[0]
    kind, filling = _kind(schema), filling or Filling()
    if kind == "object":
        return _object(document, schema, filling=filling, depth=depth)
    if kind == "array":
        return _array(document, schema, name, filling=filling, depth=depth)
    if kind in ("integer", "number"):
        drawn = filling.drawn and not REFERENCE.search(name)
        return _drawn_number(schema) if drawn else _number(schema)
    if kind == "boolean":
        return True
    return None if kind == "null" else likely_text(schema, name)


def whole_schema(document: Mapping[str, Any], schema: object) -> Mapping[str, Any]:
    """The schema without references and alternatives."""
    found = resolve_references(document, schema if isinstance(schema, Mapping) else {})
    return _one_of(document, found)


def _given(schema: Mapping[str, Any]) -> tuple[Any] | None:
    """A value from the schema itself: an example if values need not be unique, or a choice."""
    for key in ("const", "default", "example"):
        # A text that is not fixed is made unique instead, because the second one may be refused.
        if schema.get(key) is not None and (key == "const" or _kind(schema) != "string"):
            return (schema[key],)
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return (choices[0],)
    return None


def _one_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """An alternative that is not null; all parts of ``allOf``."""
    for key in ("anyOf", "oneOf"):
        options = [
            resolve_references(document, one)
            for one in _list(schema.get(key))
            if isinstance(one, Mapping)
        ]
        chosen = next((one for one in options if one.get("type") != "null"), None)
        if chosen is not None:
            return {**_without(schema, key), **_one_of(document, chosen)}
    parts = [one for one in _list(schema.get("allOf")) if isinstance(one, Mapping)]
    merged: dict[str, Any] = _without(schema, "allOf")
    for part in parts:
        found = _one_of(document, resolve_references(document, part))
        properties = {**_map(merged.get("properties")), **_map(found.get("properties"))}
        required = [*_list(merged.get("required")), *_list(found.get("required"))]
        merged |= found
        if properties:
            merged |= {"properties": properties, "required": required}
    return merged if parts else schema


def _object(
    document: Mapping[str, Any], schema: Mapping[str, Any], *, filling: Filling, depth: int
) -> dict[str, Any]:
    required = {str(name) for name in _list(schema.get("required"))}
    made: dict[str, Any] = {}
    for name, described in _map(schema.get("properties")).items():
        needed = name in required
        left_out = filling.required_only or (filling.own_only and not _is_own(name, described))
        if (left_out and not needed) or _map(described).get("readOnly") is True:
            continue
        try:
            made[name] = likely_value(document, described, name, filling=filling, depth=depth - 1)
        except CannotGenerate:
            if needed:
                raise
    return made


def _is_own(name: str, described: object) -> bool:
    schema = _map(described)
    options = [schema, *(_map(one) for key in ("anyOf", "oneOf") for one in _list(schema.get(key)))]
    special = any(one.get("format") in SPECIAL for one in options)
    return schema.get("default") is None and not REFERENCE.search(name) and not special


def _array(
    document: Mapping[str, Any],
    schema: Mapping[str, Any],
    name: str,
    *,
    filling: Filling,
    depth: int,
) -> list[Any]:
    least = max(whole_number(schema.get("minItems"), 0), filling.least_items)
    if least == 0:
        return []
    item = likely_value(document, schema.get("items"), name, filling=filling, depth=depth - 1)
    items = [item] * min(least, 10)
    return (
        [_numbered(each, number) for number, each in enumerate(items)] if filling.drawn else items
    )


def _numbered(item: Any, number: int) -> Any:  # noqa: ANN401 - JSON
    """The item with other texts than those before it, where they are unique anyway."""
    if isinstance(item, dict):
        return {name: _numbered(value, number) for name, value in item.items()}
    unique = isinstance(item, str) and item[:1] == "s" and item.endswith("}")
    return f"{item}-{number}" if unique and number else item


def _drawn_number(schema: Mapping[str, Any]) -> int | str:
    """Any number between two bounds, as the schema allows; else the likely one."""
    least, most = (schema.get(bound) for bound in ("minimum", "maximum"))
    bounded = isinstance(least, (int, float)) and isinstance(most, (int, float))
    if not bounded or schema.get("multipleOf") is not None:
        return _number(schema)
    first = max(math.ceil(least), 0)  # type: ignore[arg-type]
    last = min(math.floor(most), first + MOST_DRAWN)  # type: ignore[arg-type]
    return f"{{int:{first}..{last}}}" if first < last else _number(schema)


def _number(schema: Mapping[str, Any]) -> int:
    """1 if allowed: first rows exist, and no limit of an amount is exceeded."""
    least = whole_number(
        schema.get("minimum"), whole_number(schema.get("exclusiveMinimum"), -1) + 1
    )
    given = {"minimum", "exclusiveMinimum"} & set(schema)
    most = whole_number(schema.get("maximum"), whole_number(schema.get("exclusiveMaximum"), 2) - 1)
    step = whole_number(schema.get("multipleOf"), 1) or 1
    value = min(max(1, least), most) if not given or most >= least else least
    return -(-value // step) * step


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        kind = "object" if "properties" in schema else "string"
    return str(kind)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _without(schema: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}
