"""Answers of an HTTP server from its OpenAPI document: an example of each operation's success.

The document's own examples come first; else a value is made from the schema. The paths are answered
with and without the prefix of the document's first server.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from squall_faults.stand_in.answer_book import JSON_TYPE, MAX_ANSWERS
from squall_faults.stand_in.path_pattern import PathPattern

from squall.workload.openapi.document import METHODS, CannotGenerate, resolve_references

MAX_DEPTH = 12
MAX_VALUES = 1_000
"""In one example; a schema that refers to itself twice doubles with each level."""
TEXTS = {
    "date-time": "2024-05-01T12:00:00Z",
    "date": "2024-05-01",
    "time": "12:00:00Z",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
}


def answers_of_document(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """For the stand-in's file: paths with fewer placeholders first, since the first match wins."""
    found = []
    for path, item in document["paths"].items():
        operations = item if isinstance(item, Mapping) else {}
        for method in METHODS:
            answer = _answer(document, operations.get(method))
            if answer is not None and _usable(path):
                found.append({"method": method.upper(), "path": path, **answer})
    found.sort(key=lambda one: PathPattern(one["path"]).placeholders)
    prefix = _prefix(document)
    for one in found[: MAX_ANSWERS // 2]:
        if prefix:
            yield {**one, "path": prefix + one["path"]}
        yield one


def _usable(path: object) -> bool:
    try:
        return isinstance(path, str) and bool(PathPattern(path).text)
    except ValueError:
        return False


def _prefix(document: Mapping[str, Any]) -> str:
    """``/v1`` of ``https://api.example.com/v1``; Swagger 2 calls it ``basePath``."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = first.get("url", "") if isinstance(first, Mapping) else ""
    given = document.get("basePath") or urlsplit(str(url)).path
    prefix = str(given).rstrip("/")
    return prefix if _usable(prefix) else ""


def _answer(document: Mapping[str, Any], operation: object) -> dict[str, Any] | None:
    responses = operation.get("responses") if isinstance(operation, Mapping) else None
    if not isinstance(responses, Mapping):
        return None
    statuses = sorted(str(one) for one in responses if str(one).upper()[:1] == "2")
    wanted = next(iter(statuses), "default" if "default" in responses else "")
    if not wanted:
        return None
    given = {str(status): one for status, one in responses.items()}[wanted]
    try:
        response = resolve_references(document, given if isinstance(given, Mapping) else {})
    except CannotGenerate:
        return None
    status = int(wanted) if wanted.isdigit() and len(wanted) == 3 else 200  # noqa: PLR2004 - HTTP
    kind, value = _example(document, response)
    if kind is None:
        return {"status": status, "headers": {}, "body": ""}
    text = value if isinstance(value, str) and "json" not in kind else json.dumps(value)
    body = base64.b64encode(text.encode()).decode()
    return {"status": status, "headers": {"Content-Type": kind}, "body": body}


def _example(document: Mapping[str, Any], response: Mapping[str, Any]) -> tuple[str | None, Any]:
    """Media type and value; None if the response has no body."""
    content = response.get("content")
    if not isinstance(content, Mapping):  # Swagger 2
        if "schema" not in response and "examples" not in response:
            return None, None
        named = response.get("examples")
        examples = {"default": {"value": next(iter(named.values()))}} if named else {}
        content = {JSON_TYPE: {"schema": response.get("schema", {}), "examples": examples}}
    kinds = sorted(content, key=lambda kind: (JSON_TYPE not in str(kind), str(kind)))
    for kind in kinds:
        described = content[kind] if isinstance(content[kind], Mapping) else {}
        if "example" in described:
            return str(kind), described["example"]
        named = described.get("examples")
        for one in named.values() if isinstance(named, Mapping) else ():
            if isinstance(one, Mapping) and "value" in one:
                return str(kind), one["value"]
        return str(kind), SchemaSample(document).value(described.get("schema"), MAX_DEPTH)
    return None, None


class SchemaSample:
    """Makes one value that fits a schema, of bounded size."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._left = MAX_VALUES

    def value(self, given: object, depth: int) -> Any:  # noqa: ANN401 - JSON
        """An example of the schema itself, or one made from its type; None beyond the bounds."""
        self._left -= 1
        if depth == 0 or self._left < 0 or not isinstance(given, Mapping):
            return None
        try:
            schema = self._merged(resolve_references(self._document, given), depth)
        except CannotGenerate:
            return None
        for key in ("example", "const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        for key in ("examples", "enum"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
        return self._typed(schema, depth)

    def _merged(self, schema: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        """With the parts of ``allOf``, and the first alternative that is not null."""
        merged = dict(schema)
        parts = [*_listed(schema.get("allOf"))]
        for key in ("oneOf", "anyOf"):
            options = [one for one in _listed(schema.get(key)) if one.get("type") != "null"]
            parts += options[:1]
        for part in parts[:MAX_DEPTH] if depth > 1 else ():
            found = self._merged(resolve_references(self._document, part), depth - 1)
            both = {**_mapped(merged.get("properties")), **_mapped(found.get("properties"))}
            merged = {**found, **merged, **({"properties": both} if both else {})}
        return merged

    def _typed(self, schema: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401 - JSON
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind == "object" or (kind is None and "properties" in schema):
            fields = _mapped(schema.get("properties"))
            return {str(name): self.value(one, depth - 1) for name, one in fields.items()}
        if kind == "array":
            return [self.value(schema.get("items", {}), depth - 1)]
        if kind in ("integer", "number"):
            least = schema.get("minimum", 1)
            number = max(1, least) if isinstance(least, int | float) else 1
            return int(number) if kind == "integer" else float(number)
        if kind == "boolean":
            return True
        if kind == "string":
            least = schema.get("minLength", 0)
            text = TEXTS.get(str(schema.get("format")), "text")
            return text.ljust(min(least, 1_000), "x") if isinstance(least, int) else text
        return None


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _mapped(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
