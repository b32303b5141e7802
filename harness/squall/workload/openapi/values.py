"""Values of parameters: configured, from examples, from answers of other operations, or drawn.

    [tool.squall.parameters] ─▶ examples ─▶ harvested ids ─▶ defaults, enumerations, bounds

Lists are requested before items. Values in their answers are kept by resource and field, so that
``/items/{item_id}`` is requested with the ids that ``GET /items`` returned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from squall.workload.openapi.document import CannotGenerate, Parameter, resolve_references
from squall.workload.openapi.likely_text import likely_parameter

SPAN = 9
"""Whole numbers are drawn from the minimum and the next nine, because first rows usually exist."""

MAX_VALUES = 20
MAX_ITEMS = 50
MAX_VALUE = 200
MAX_TOKEN = 4000
DEPTH = 4
"""Maximum depth at which an answer is searched for ids."""


@dataclass(slots=True)
class Harvest:
    """Values from the app's answers: resource → field → values."""

    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    newest_first: bool = False
    """Whether later values precede earlier ones, whose rows may be gone."""

    def read(self, path: str, text: str) -> None:
        """Keep the fields of the answer to a request for ``path``."""
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            return
        self._walk(resource_of(path), answer, DEPTH)

    def _walk(self, resource: str, value: Any, depth: int) -> None:  # noqa: ANN401 - JSON
        if depth == 0:
            return
        if isinstance(value, list):
            for item in value[:MAX_ITEMS]:
                self._walk(resource, item, depth - 1)
        elif isinstance(value, Mapping):
            for name, item in list(value.items())[:MAX_ITEMS]:
                if isinstance(item, (Mapping, list)):
                    nested = singular(name) if isinstance(item, Mapping) else resource
                    self._walk(nested, item, depth - 1)
                else:
                    self.add(resource, str(name), item)

    def add(self, resource: str, name: str, value: object) -> None:
        """Keep one value."""
        longest = MAX_TOKEN if plain_name(name) == "refreshtoken" else MAX_VALUE
        if value is None or isinstance(value, (bool, float)) or len(str(value)) > longest:
            return
        values = self.found.setdefault(resource, {}).setdefault(plain_name(name), [])
        text = quote(str(value), safe="")
        if not text or text in values:
            return
        if self.newest_first:
            values.insert(0, text)
            del values[MAX_VALUES:]
        elif len(values) < MAX_VALUES:
            values.append(text)

    def values(self, path: str, name: str) -> Sequence[str]:
        """Known values of the parameter ``name`` of ``path``, from the best source first."""
        wanted = plain_name(name)
        resource = resource_before(path, name)
        for where, which in _sources(resource, wanted):
            for known, fields in self.found.items():
                if where in (None, known) and fields.get(which):
                    return fields[which]
        return ()


IDENTITIES = ("id", "uuid", "guid", "uid", "pk", "slug")
ENDS = sorted(IDENTITIES, key=len, reverse=True)
"""Ends of the names of identities: ``book_uid`` is the ``uid`` of a book, or its ``id``."""

PEOPLE = frozenset({
    "owner", "author", "assignee", "participant", "member", "creator", "sender", "recipient",
    "receiver", "manager", "friend", "follower", "teacher", "student", "customer", "employee",
    "seller", "buyer", "reviewer", "person", "invitee", "lead", "contact", "peer", "companion",
})  # fmt: skip
"""Who is a user by another name: ``assignee_id`` is the id of a user."""


def _sources(resource: str, wanted: str) -> Iterator[tuple[str | None, str]]:
    yield resource, wanted
    short = wanted.removeprefix(plain_name(resource))
    if short != wanted:
        yield resource, short
    end = next((one for one in ENDS if wanted.endswith(one) and wanted != one), "")
    if end:
        stem = wanted[: -len(end)]
        yield from ((stem, end), (stem, "id"))
        if stem in PEOPLE:
            yield from (("user", end), ("user", "id"))
        yield from ((resource, end), (resource, "id"))
    if wanted not in ("id", "name", "key"):
        yield None, wanted


def plain_name(name: str) -> str:
    """Treat ``itemId`` and ``item_id`` as the same name."""
    return name.replace("_", "").replace("-", "").lower()


def singular(word: str) -> str:
    """``categories`` → ``category``; approximate, but equal on both sides."""
    word = plain_name(word)
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def resource_of(path: str) -> str:
    """The resource in the answers of a path: its last fixed segment."""
    fixed = [part for part in path.split("?", maxsplit=1)[0].split("/") if part and "{" not in part]
    return singular(fixed[-1]) if fixed else ""


def resource_before(path: str, name: str) -> str:
    """The fixed segment before a parameter, without one that only repeats the parameter's name:
    ``/items/name/{name}``, ``/items/by-slug/{slug}``.
    """
    before = path.split(f"{{{name}}}", maxsplit=1)[0].rstrip("/")
    head, _, last = before.rpartition("/")
    repeats = plain_name(last).removeprefix("getby").removeprefix("by") == plain_name(name)
    return resource_of(head if repeats and resource_of(head) else before)


def parameter_text(
    document: Mapping[str, Any],
    parameter: Parameter,
    path: str,
    given: Mapping[str, str],
    harvest: Harvest,
) -> str:
    """The text for a path, query or header: a value, or a placeholder from which values are drawn.

    Raises:
        CannotGenerate: there is no source for a value.
    """
    if parameter.name in given:
        return quote(given[parameter.name], safe="")
    schema = resolve_references(document, parameter.schema)
    for value in _examples(parameter, schema):
        return quote(_plain(value), safe="")
    schema, name = _one_of(document, schema, parameter.name)
    if values := harvest.values(path, name):
        return values[0] if len(values) == 1 else "{one:" + "|".join(values) + "}"
    likely = likely_parameter(_kind(document, schema)[1], name)
    if likely and parameter.place != "path":
        return quote(likely, safe="")
    return _drawn(document, schema, name)


def _one_of(
    document: Mapping[str, Any], schema: Mapping[str, Any], name: str
) -> tuple[Mapping[str, Any], str]:
    """The schema and the name of one element, ``tag_ids`` → ``tag_id``, if the parameter is a list:
    a list of one is written alike in every style of OpenAPI.
    """
    kind, options = _kind(document, schema)
    if kind != "array" or not isinstance(options.get("items"), Mapping):
        return schema, name
    return resolve_references(document, options["items"]), name.removesuffix("s")


def _examples(parameter: Parameter, schema: Mapping[str, Any]) -> Iterator[Any]:
    for value in (parameter.example, *_listed(parameter.examples), schema.get("example")):
        if value is not None:
            yield value
    yield from (value for value in _listed(schema.get("examples")) if value is not None)


def _listed(examples: object) -> list[Any]:
    """Examples of a schema are a list; those of a parameter are named objects."""
    if isinstance(examples, Mapping):
        objects = [one for one in examples.values() if isinstance(one, Mapping)]
        return [one["value"] for one in objects if "value" in one]
    return examples if isinstance(examples, list) else []


def _drawn(document: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> str:
    kind, options = _kind(document, schema)
    choices = options.get("enum")
    if isinstance(choices, list) and choices:
        return quote(_plain(choices[0]), safe="")
    if options.get("const") is not None or schema.get("default") is not None:
        return quote(_plain(options.get("const", schema.get("default"))), safe="")
    if kind == "integer":
        least = _whole(options.get("minimum"), _whole(options.get("exclusiveMinimum"), 0) + 1)
        # A limit like 2147483647 is the column's, and does not show which numbers exist.
        most = min(_whole(options.get("maximum"), least + SPAN), least + SPAN)
        return f"{{int:{least}..{max(least, most)}}}"
    if kind == "boolean":
        return "true"
    raise CannotGenerate(f"no value for {name!r}: the document has no example of it")


def _whole(value: object, default: int) -> int:
    try:
        return int(value) if isinstance(value, (int, float)) else default
    except (OverflowError, ValueError):
        return default


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The type of a schema and its limits; for ``anyOf`` with null, those of the other
    alternative.
    """
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        for option in options if isinstance(options, list) else ():
            found = resolve_references(document, option) if isinstance(option, Mapping) else {}
            kind = found.get("type")
            if kind != "null":
                return str(kind), found
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    return str(kind), schema


def _plain(value: object) -> str:
    if isinstance(value, list) and value:
        value = value[0]  # of a list, one element: see _one_of
    return value if isinstance(value, str) else json.dumps(value)
