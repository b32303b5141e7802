"""An OpenAPI document as typed operations. It comes from the app and is not trusted.

cattrs checks each operation against the types below. An operation that does not match is left out
with the place and the reason, and the others are used. References are followed inside the document
only, never to files or hosts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn, override

METHODS = ("get", "post", "put", "patch", "delete")
MAX_DOCUMENT_BYTES = 8 << 20
MAX_DEPTH = 64
MAX_OPERATIONS = 2_000
MAX_NAME = 200
MAX_REFERENCES = 20

Place = Literal["path", "query", "header", "cookie"]


class UnusableDocument(Exception):
    """The text is not an OpenAPI document. The message says why."""


class CannotGenerate(Exception):
    """An operation cannot be requested. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: Place
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)
    example: Any = None
    examples: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOperation:
    """One operation of a document."""

    method: str
    path: str
    operation_id: str | None = None
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Any] | None = None
    """Its request body, resolved."""

    @property
    def title(self) -> str:
        """``GET /items/{id}``."""
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocument:
    """The usable part of a document."""

    raw: Mapping[str, Any]
    operations: tuple[ApiOperation, ...] = ()
    odd: Mapping[str, str] = field(default_factory=dict)
    """``GET /path``: why it cannot be used."""
    prefix: str = ""
    """Path before each path of the document, from ``servers``."""


def _strict(kind: type) -> Any:  # noqa: ANN401 - a hook of cattrs
    def structure(value: object, _kind: type) -> object:
        if type(value) is not kind:
            raise TypeError(f"must be {kind.__name__}, is {type(value).__name__}")
        return value

    return structure


_converter = Converter()
_converter.register_structure_hook(str, _strict(str))
_converter.register_structure_hook(bool, _strict(bool))
_converter.register_structure_hook(
    Parameter, make_dict_structure_fn(Parameter, _converter, place=override(rename="in"))
)


def parse_document(text: bytes) -> Mapping[str, Any]:
    """The JSON of a document, bounded in size and depth.

    Raises:
        UnusableDocument: with the reason.
    """
    if len(text) >= MAX_DOCUMENT_BYTES:
        raise UnusableDocument(f"is larger than {MAX_DOCUMENT_BYTES >> 20} MiB")
    try:
        found = json.loads(text)
    except RecursionError:
        raise UnusableDocument(f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise UnusableDocument(f"is not JSON ({error})") from None
    if not isinstance(found, Mapping) or not isinstance(found.get("paths"), Mapping):
        raise UnusableDocument("has no 'paths': it is no OpenAPI document")
    if _deeper_than(found, MAX_DEPTH):
        raise UnusableDocument(f"is nested deeper than {MAX_DEPTH} levels")
    return found


def _deeper_than(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _ in range(limit):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_document(raw: Mapping[str, Any]) -> ApiDocument:
    """The operations that can be read, and the problems of the others."""
    operations: list[ApiOperation] = []
    odd: dict[str, str] = {}
    for number, (path, method, shared, given) in enumerate(_described(raw)):
        title = f"{method.upper()} {path}"[:MAX_NAME]
        if number >= MAX_OPERATIONS:
            odd["the rest"] = f"the document has more than {MAX_OPERATIONS} operations"
            break
        try:
            operations.append(_operation(raw, path, method, shared, given))
        except CannotGenerate as reason:
            odd[title] = str(reason)
        except Exception as error:  # noqa: BLE001 - a document can be odd in any way
            odd[title] = f"its description is not OpenAPI: {_words(error)}"
    return ApiDocument(raw=raw, operations=tuple(operations), odd=odd, prefix=path_prefix(raw))


def _words(error: Exception) -> str:
    told = "; ".join(transform_error(error)[:3])
    return f"{told or type(error).__name__}"[:MAX_NAME]


def _described(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    paths = raw.get("paths")
    for path, item in sorted(paths.items()) if isinstance(paths, Mapping) else ():
        if not isinstance(item, Mapping):
            yield path, "any", None, item
            continue
        for method, described in item.items():
            if method in METHODS:
                yield path, method, item.get("parameters"), described


def _operation(
    raw: Mapping[str, Any], path: str, method: str, shared: object, given: object
) -> ApiOperation:
    if not isinstance(given, Mapping):
        raise CannotGenerate(f"its description is not OpenAPI: is {type(given).__name__}")
    if not path.startswith("/") or len(path) > MAX_NAME or not path.isprintable():
        raise CannotGenerate("its path is not a path")
    both = [*_listed(shared), *_listed(given.get("parameters"))]
    parameters = [
        _converter.structure(resolve_references(raw, one), Parameter)
        for one in both
        if isinstance(one, Mapping)
    ]
    body = given.get("requestBody")
    identity = given.get("operationId")
    return ApiOperation(
        method=method,
        path=path,
        operation_id=identity[:MAX_NAME] if isinstance(identity, str) else None,
        parameters=tuple({(one.name, one.place): one for one in parameters}.values()),
        body=resolve_references(raw, body) if isinstance(body, Mapping) and body else None,
    )


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def path_prefix(raw: Mapping[str, Any]) -> str:
    """The path of the first server, as ``root_path`` adds it. The host is never used."""
    servers = raw.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else None
    url = first.get("url") if isinstance(first, Mapping) else None
    if not isinstance(url, str) or len(url) > MAX_NAME or "{" in url or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path.rstrip("/") if parts.path.startswith("/") and not parts.netloc else ""


def resolve_references(document: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The target of a ``$ref``, or the value itself.

    Raises:
        CannotGenerate: the target does not exist, is in another document or refers to itself.
    """
    for _ in range(MAX_REFERENCES):
        reference = item.get("$ref")
        if reference is None:
            return item
        if not str(reference).startswith("#/"):
            raise CannotGenerate(f"{str(reference)[:80]} is another document: not followed")
        found: Any = document
        for part in str(reference).removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            raise CannotGenerate(f"{str(reference)[:80]} is not in the document")
        item = found
    raise CannotGenerate("its references run in a circle")
