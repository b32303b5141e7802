"""How a body is sent, and what makes each one unique so that it can be found again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from squall.workload.openapi.document import ApiOperation, CannotGenerate, resolve_references
from squall.workload.openapi.values import Harvest, plain_name
from squall.workload.operations import Media

KINDS: tuple[tuple[str, Media], ...] = (
    ("application/json", "json"),
    ("application/x-www-form-urlencoded", "form"),
    ("multipart/form-data", "multipart"),
)

REFERS = re.compile(r"(?i:_u?id$|uuid$|_pk$|^refresh_?token$)|Id$")
"""Names of fields that hold what the app has given out, and nothing else."""

LIST_REFERS = re.compile(r"(?i:_u?ids$|uuids$|_pks$)|Ids$")

UPDATES = ("put", "patch")
OWN_IDENTITIES = ("id", "uuid", "pk")

KEY_ROOM = 24
"""Number of characters of a request's key. A text with a lower maximum length is not changed."""


def body_schema(
    operation: ApiOperation,
) -> tuple[Media, Mapping[str, Any], tuple[Any, ...]]:
    """How the body is sent, its schema, and the examples in the document.

    Raises:
        CannotGenerate: bodies of this media type are not supported.
    """
    content = (operation.body or {}).get("content")
    content = content if isinstance(content, Mapping) else {}
    for name, kind in KINDS:
        for given, described in content.items():
            if str(given).split(";")[0].strip().lower() == name and isinstance(described, Mapping):
                schema = described.get("schema")
                return kind, schema if isinstance(schema, Mapping) else {}, _examples(described)
    kinds = ", ".join(str(one)[:60] for one in list(content)[:5])
    raise CannotGenerate(f"its body is {kinds or 'not described'}: neither JSON nor a form")


def _examples(described: Mapping[str, Any]) -> tuple[Any, ...]:
    if described.get("example") is not None:
        return (described["example"],)
    named = described.get("examples")
    objects = named.values() if isinstance(named, Mapping) else ()
    return tuple(one["value"] for one in objects if isinstance(one, Mapping) and "value" in one)


def unique_body(document: Mapping[str, Any], schema: Mapping[str, Any], body: Any) -> Any:  # noqa: ANN401 - JSON
    """The body with ``{key}`` in its free texts, so that no two requests send the same."""
    schema = object_schema(document, schema)
    properties = schema.get("properties")
    if not isinstance(body, Mapping) or not isinstance(properties, Mapping):
        return body
    return {
        name: _unique_value(document, properties.get(name), value) for name, value in body.items()
    }


def without_identity(operation: ApiOperation, schema: Mapping[str, Any], body: Any) -> Any:  # noqa: ANN401 - JSON
    """An update without the identity that its path names: another one makes it another item.

    ``schema``: that of the body, resolved. What it demands stays.
    """
    parameter = re.search(r"\{([^{}/]+)\}/?$", operation.path)
    if parameter is None or operation.method not in UPDATES or not isinstance(body, Mapping):
        return body
    own = {plain_name(parameter[1]), *OWN_IDENTITIES}
    demanded = schema.get("required")
    kept = demanded if isinstance(demanded, list) else ()
    rest = {name: one for name, one in body.items() if plain_name(name) not in own or name in kept}
    return rest or body


def _unique_value(document: Mapping[str, Any], schema: object, value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping) and isinstance(schema, Mapping):
        return unique_body(document, schema, value)
    if isinstance(value, str) and "{" in value:
        return value  # it is already unique
    return _unique_text(document, schema, value)


def object_schema(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema with its properties, without references."""
    found = resolve_references(document, schema)
    options = found.get("allOf")
    if "properties" not in found and isinstance(options, list) and options:
        first = options[0]
        return resolve_references(document, first) if isinstance(first, Mapping) else found
    return found


def _unique_text(document: Mapping[str, Any], schema: object, value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, str) or not isinstance(schema, Mapping):
        return value
    schema = resolve_references(document, schema)
    if schema.get("format") == "email":
        return "squall-{key}@example.com"
    longest = schema.get("maxLength")
    free = not {"pattern", "format", "enum", "const", "contentMediaType"} & set(schema)
    if schema.get("type") != "string" or not free:
        return value
    if isinstance(longest, int) and longest < KEY_ROOM + len(value):
        return "{key}" if longest >= KEY_ROOM else value
    return value + "-{key}"


def with_known_ids(path: str, body: Any, harvest: Harvest) -> Any:  # noqa: ANN401 - JSON
    """The body with ids from the app's answers: ``item_id`` of an order is that of an item."""
    if isinstance(body, list):
        return [with_known_ids(path, one, harvest) for one in body]
    if not isinstance(body, Mapping):
        return body
    changed = dict(body)
    for name, value in body.items():
        if isinstance(value, list) and LIST_REFERS.search(str(name)):
            # The first user is often the one who sends the request.
            known = harvest.values(path, str(name)[:-1])[-1:]
            changed[name] = [_like(one, known) for one in value]
            continue
        if isinstance(value, (Mapping, list)):
            changed[name] = with_known_ids(path, value, harvest)
            continue
        refers = bool(REFERS.search(str(name)))
        changed[name] = _like(value, harvest.values(path, str(name)) if refers else ())
    return changed


def _like(value: Any, known: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    """The first known value, of the same type; the value itself if none is known."""
    if not known or not isinstance(value, (int, str)) or isinstance(value, bool):
        return value
    text = known[0]
    return int(text) if isinstance(value, int) and text.isdigit() else text
