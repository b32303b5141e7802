"""Operations from an app's OpenAPI document: what callers could ask, found by reading.

Reads (GET) by default; writes only on request, since nobody told what they do. Values come from
examples, defaults, enumerations and bounds; a body comes from its JSON schema. What cannot be
filled in is left out with its reason, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from harness.workload.operations import Operation
from harness.workload.schemas import Unfillable, bodies

READS = ("get",)
WRITES = ("post", "put", "patch")
SPAN = 9
"""Whole numbers are drawn from the least one and the next nine: the first rows are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a document gives."""

    operations: tuple[Operation, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """``GET /path``: why it cannot be asked."""


def derived(document: Mapping[str, Any], *, writes: bool, seed: int) -> Derived:
    """The operations that can be filled in, and the reasons for the others."""
    found: list[Operation] = []
    left_out: dict[str, str] = {}
    for path, method, described in _described(document):
        title = f"{method.upper()} {path}"
        if method not in READS and not (writes and method in WRITES):
            if method in WRITES:
                left_out[title] = "writes are asked only with --writes"
            continue
        try:
            found.append(_operation(document, path, method, described, seed))
        except Unfillable as reason:
            left_out[title] = str(reason)
    return Derived(operations=tuple(found), left_out=left_out)


def _described(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in sorted((document.get("paths") or {}).items()):
        for method, described in item.items():
            if isinstance(described, Mapping) and method in (*READS, *WRITES, "delete"):
                shared = item.get("parameters") or []
                both = [*shared, *(described.get("parameters") or [])]
                yield path, method, {**described, "parameters": both}


def _operation(
    document: Mapping[str, Any], path: str, method: str, described: Mapping[str, Any], seed: int
) -> Operation:
    query, headers = [], {}
    for parameter in described["parameters"]:
        given = resolved(document, parameter)
        name, place = str(given.get("name")), given.get("in")
        if place == "path":
            path = path.replace(f"{{{name}}}", _text(document, given, name))
        elif given.get("required") and place == "query":
            query.append(f"{quote(name)}={_text(document, given, name)}")
        elif given.get("required") and place == "header":
            headers[name] = _text(document, given, name)
    effect = "read" if method in READS else "write"
    return Operation(
        name=str(described.get("operationId") or f"{method.upper()} {path}"),
        method=method.upper(),
        path=path + ("?" + "&".join(query) if query else ""),
        effect=effect,  # type: ignore[arg-type] # one of the two words
        headers=headers,
        bodies=_bodies(document, described, seed),
    )


def _text(document: Mapping[str, Any], parameter: Mapping[str, Any], name: str) -> str:
    """A value of a parameter as it stands in a path: fixed, or an ``{int:…}`` to be drawn."""
    schema = resolved(document, parameter.get("schema") or {})
    for value in (parameter.get("example"), *_examples(schema)):
        if value is not None:
            return quote(_plain(value), safe="")
    if _kind(document, schema) == "integer":
        least = int(schema.get("minimum", int(schema.get("exclusiveMinimum", 0)) + 1))
        # A bound like 2147483647 is the column's, and no hint which numbers are there.
        most = min(int(schema.get("maximum", least + SPAN)), least + SPAN)
        return f"{{int:{least}..{max(least, most)}}}"
    if _kind(document, schema) == "boolean":
        return "true"
    raise Unfillable(f"no value for {name!r}: the document has no example of it")


def _examples(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield schema.get("example")
    for key in ("examples", "enum"):
        values = schema.get(key)
        if isinstance(values, Sequence) and values:
            yield values[0]
    yield schema.get("default")


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The type of a schema; of ``anyOf`` with null, the other one."""
    for option in schema.get("anyOf") or ():
        kind = resolved(document, option).get("type")
        if kind != "null":
            return str(kind)
    return str(schema.get("type"))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _bodies(
    document: Mapping[str, Any], described: Mapping[str, Any], seed: int
) -> tuple[Any, ...]:
    body = described.get("requestBody")
    if not body:
        return ()
    content = resolved(document, body).get("content") or {}
    media = content.get("application/json")
    if media is None:
        raise Unfillable(f"its body is {', '.join(content) or 'not described'}, not JSON")
    example = media.get("example")
    if example is not None:
        return (example,)
    return bodies(media.get("schema") or {}, document, seed)


def resolved(document: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The thing itself, where ``$ref`` points at it; Unfillable for a reference to nowhere."""
    for _ in range(20):
        reference = item.get("$ref")
        if reference is None:
            return item
        found: Any = document
        for part in str(reference).removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            raise Unfillable(f"{reference} is not in the document")
        item = found
    raise Unfillable("its references run in a circle")
