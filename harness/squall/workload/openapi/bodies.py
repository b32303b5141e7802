"""Request bodies from JSON schemas, by schemathesis (extra ``openapi``).

The only module that imports it. A few bodies are drawn once, with the seed, before the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from squall.workload.openapi.document import CannotGenerate
from squall.workload.openapi.likely_text import FILE

WANTED = 12
PATH = "/body"
INSTALL = "pip install 'squall[openapi]'"


def generate_bodies(
    schema: Mapping[str, Any], document: Mapping[str, Any], seed: int
) -> tuple[Any, ...]:
    """Some valid bodies, equal for the same schema and seed.

    Raises:
        CannotGenerate: the schema cannot be satisfied, or the extra is not installed.
    """
    try:
        import hypothesis  # noqa: PLC0415 - an extra
        import schemathesis  # noqa: PLC0415 - the same
    except ImportError:
        raise CannotGenerate(f"bodies from schemas need: {INSTALL}") from None
    drawn: list[Any] = []
    try:
        operation = schemathesis.openapi.from_dict(_whole(schema, document))[PATH]["POST"]
        strategy = operation.as_strategy()
    except Exception as error:
        raise CannotGenerate(f"no body can be made from its schema: {error}") from error

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=WANTED,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def draw(case: Any) -> None:  # noqa: ANN401 - schemathesis's
        drawn.append(case.body)

    try:
        draw()
    except Exception as error:
        raise CannotGenerate(f"no body can be made from its schema: {error}") from error
    return tuple(json.loads(json.dumps(drawn)))


def _whole(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with one operation that has such a body, and the components to which it refers."""
    content = {"application/json": {"schema": _restrict(schema)}}
    responses = {"200": {"description": "what came of it"}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": responses}
    return {
        "openapi": "3.1.0",
        "info": {"title": "one body", "version": "1"},
        "paths": {PATH: {"post": operation}},
        "components": _restrict(document.get("components") or {}),
    }


DROPPED = frozenset({"$id", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "externalValue"})
"""Keys by which a schema could lead to other documents."""


def _restrict(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Restrict the schema to plain words, bounded numbers and known keys, unless it defines others.

    A schema allows any text; databases do not (PostgreSQL accepts no zero bytes), and the purpose
    is load, not fuzzing.
    """
    if isinstance(schema, list):
        return [_restrict(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#/"):
        return {}
    tamed = {key: _restrict(value) for key, value in schema.items() if key not in DROPPED}
    kind, given = tamed.get("type"), set(tamed)
    if kind == "object" and "properties" in given:
        tamed["additionalProperties"] = False
    if kind == "string":
        _restrict_text(tamed, given)
    if kind in ("integer", "number") and not {"maximum", "exclusiveMaximum"} & given:
        tamed["maximum"] = max(1000, _integer(tamed.get("minimum"), 0) + 1000)
        tamed.setdefault("minimum", 1)
    return tamed


def _restrict_text(tamed: dict[str, Any], given: set[str]) -> None:
    if tamed.get("format") == "binary" or "contentMediaType" in given:
        tamed.clear()
        tamed["const"] = FILE
    elif not {"pattern", "format", "enum", "const"} & given:
        least = max(1, _integer(tamed.get("minLength"), 1))
        tamed["pattern"] = f"^[a-z]{{{least},}}$"
        tamed.setdefault("maxLength", max(20, least))


def _integer(value: object, default: int) -> int:
    return value if type(value) is int else default
