"""Derive operations from an app's OpenAPI document, only by reading it.

Reads (GET) by default; writes only on request, because the document does not say what they do. An
operation that cannot be filled in is left out with its reason, never guessed.

    document ─▶ candidates ─▶ (answers of lists: harvest) ─▶ operations
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from squall.history.op import Effect
from squall.workload.openapi.bodies import generate_bodies
from squall.workload.openapi.document import (
    ApiDocument,
    ApiOperation,
    CannotGenerate,
    read_document,
    resolve_references,
)
from squall.workload.openapi.likely import likely_bodies
from squall.workload.openapi.media import (
    body_schema,
    object_schema,
    unique_body,
    with_known_ids,
    without_identity,
)
from squall.workload.openapi.values import Harvest, parameter_text
from squall.workload.operations import Media, Operation

READS = ("get",)
WRITES = ("post", "put", "patch")
UPDATES = ("put", "patch")
DELETE = "delete"
ONLY_ON_REQUEST = "writes are requested only with --writes"
NOT_OURS = "DELETE is requested only of what the load itself made: no POST here makes such a thing"
KEY = "{key}"
"""A new key for each request."""

Bodies = Mapping[str, "tuple[Any, ...] | str"]
"""Bodies of an operation by its title, or why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedOperations:
    """The result for a document."""

    operations: tuple[Operation, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """``GET /path``: why it cannot be requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An operation of the document that can be requested when its parameters have values."""

    described: ApiOperation
    media: Media = "json"
    bodies: tuple[Any, ...] = ()

    @property
    def title(self) -> str:
        """Method and path as in the document."""
        return self.described.title

    @property
    def is_item(self) -> bool:
        """Whether its path has parameters: lists come before items."""
        return "{" in self.described.path


def wanted_writes(document: ApiDocument) -> list[ApiOperation]:
    """The operations that need a body."""
    return [one for one in document.operations if one.method in WRITES and one.body]


def make_bodies(
    document: ApiDocument,
    seed: int,
    on_done: Callable[[str, Any], None],
    drawn: Collection[str] | None = None,
) -> None:
    """Call ``on_done`` with the title of each write and its bodies, or the reason for none.

    Bodies with likely values come first and are fast; bodies from the schema are drawn if there are
    none, or only for the titles ``drawn``.
    """
    writes = wanted_writes(document)
    if drawn is not None:
        waiting = [one for one in writes if one.title in drawn]
    else:
        waiting = [one for one in writes if not _made(on_done, one, _likely, document.raw)]
    for operation in waiting:
        _made(on_done, operation, _drawn, document.raw, seed, says_why=True)


def _made(
    on_done: Callable[[str, Any], None],
    operation: ApiOperation,
    make: Callable[..., tuple[Any, ...]],
    *given: Any,  # noqa: ANN401 - of ``make``
    says_why: bool = False,
) -> bool:
    try:
        on_done(operation.title, make(operation, *given))
    except Exception as error:  # noqa: BLE001 - a document can be odd in any way
        expected = isinstance(error, CannotGenerate)
        reason = f"no body can be made from its schema: {error}"[:300]
        if says_why:
            on_done(operation.title, str(error) if expected else reason)
        return False
    return True


def _likely(operation: ApiOperation, raw: Mapping[str, Any]) -> tuple[Any, ...]:
    _, schema, examples = body_schema(operation)
    try:
        updates = operation.method.lower() in UPDATES
        return (*examples, *likely_bodies(raw, schema, updates=updates))
    except CannotGenerate:
        if examples:
            return examples
        raise


def _drawn(operation: ApiOperation, raw: Mapping[str, Any], seed: int) -> tuple[Any, ...]:
    _, schema, _ = body_schema(operation)
    resolve_references(raw, schema)
    return generate_bodies(schema, raw, seed)


def find_candidates(
    document: ApiDocument, *, writes: bool, bodies: Bodies
) -> tuple[list[Candidate], dict[str, str]]:
    """Operations to try, lists before items and reads before writes; and why others are
    excluded.
    """
    found: list[Candidate] = []
    left_out = dict(document.odd)
    for operation in document.operations:
        try:
            reason = _refusal(operation, writes=writes)
            if reason:
                left_out[operation.title] = reason
            else:
                found.append(_candidate(document.raw, operation, bodies))
        except CannotGenerate as problem:
            left_out[operation.title] = str(problem)
    order = {"get": 0, "post": 1, "put": 2, "patch": 2, "delete": 3}
    found.sort(key=lambda one: (order[one.described.method], one.is_item, one.described.path))
    return found, left_out


def _refusal(operation: ApiOperation, *, writes: bool) -> str:
    if operation.method in READS:
        return ""
    return "" if writes else ONLY_ON_REQUEST


def _candidate(raw: Mapping[str, Any], operation: ApiOperation, bodies: Bodies) -> Candidate:
    if not operation.body or operation.method in (*READS, DELETE):
        return Candidate(described=operation)
    media, schema, _ = body_schema(operation)
    made = bodies.get(operation.title, "no body was made for it")
    if isinstance(made, str):
        raise CannotGenerate(made)
    resolved = object_schema(raw, schema)
    unique = tuple(
        without_identity(operation, resolved, unique_body(raw, schema, body)) for body in made
    )
    return Candidate(described=operation, media=media, bodies=unique)


def fill_in(
    document: ApiDocument, candidate: Candidate, given: Mapping[str, str], harvest: Harvest
) -> Operation:
    """The operation with values for its parameters.

    Raises:
        CannotGenerate: a parameter has none.
    """
    described = candidate.described
    path, query, headers = _parameters(document, described, given, harvest)
    keyed = any(value == KEY for value in headers.values())
    bodies = tuple(with_known_ids(described.path, one, harvest) for one in candidate.bodies)
    return Operation(
        name=described.operation_id or described.title,
        method=described.method.upper(),
        path=document.prefix + path + ("?" + "&".join(query) if query else ""),
        effect=_effect(described.method, keyed=keyed),
        headers=headers,
        media=candidate.media,
        bodies=bodies,
    )


def _parameters(
    document: ApiDocument, described: ApiOperation, given: Mapping[str, str], harvest: Harvest
) -> tuple[str, list[str], dict[str, str]]:
    """The path, the pairs of the query, and the headers, with a key where the app accepts one."""
    path, query, headers = described.path, list[str](), dict[str, str]()
    for one in described.parameters:
        if one.place == "path":
            text = parameter_text(document.raw, one, described.path, given, harvest)
            path = path.replace(f"{{{one.name}}}", text)
        elif one.place == "header" and "idempotency" in one.name.lower():
            headers[one.name] = KEY
        elif (one.required or one.name in given) and one.place in ("query", "header"):
            text = parameter_text(document.raw, one, described.path, given, harvest)
            query += [f"{one.name}={text}"] if one.place == "query" else []
            headers |= {one.name: text} if one.place == "header" else {}
    return path, query, headers


def _effect(method: str, *, keyed: bool) -> Effect:
    if method in READS:
        return "read"
    return "idempotent-write" if keyed else "write"


def derive_operations(raw: Mapping[str, Any], *, writes: bool, seed: int) -> DerivedOperations:
    """Derive all operations without requests to the app, with the reasons for those left out."""
    document = read_document(raw)
    bodies: dict[str, Any] = {}
    if writes:
        make_bodies(document, seed, bodies.__setitem__)
    candidates, left_out = find_candidates(document, writes=writes, bodies=bodies)
    operations: list[Operation] = []
    for candidate in candidates:
        if candidate.described.method == DELETE:
            left_out[candidate.title] = NOT_OURS
            continue
        try:
            operations.append(fill_in(document, candidate, {}, Harvest()))
        except CannotGenerate as reason:
            left_out[candidate.title] = str(reason)
    return DerivedOperations(operations=tuple(operations), left_out=left_out)
