"""Request bodies from JSON schemas, by schemathesis (extra ``openapi``).

The only module that imports it. A handful of bodies is drawn once, from the seed, before the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

WANTED = 12
PATH = "/body"
INSTALL = "pip install 'squall[openapi]'"


class Unfillable(Exception):
    """An operation cannot be asked; the text says why."""


def bodies(schema: Mapping[str, Any], document: Mapping[str, Any], seed: int) -> tuple[Any, ...]:
    """Some valid bodies, the same for the same schema and seed.

    Raises:
        Unfillable: the schema cannot be satisfied, or the extra is not installed.
    """
    try:
        import hypothesis  # noqa: PLC0415 - an extra
        import schemathesis  # noqa: PLC0415 - the same
    except ImportError:
        raise Unfillable(f"bodies from schemas need: {INSTALL}") from None
    drawn: list[Any] = []
    try:
        operation = schemathesis.openapi.from_dict(_whole(schema, document))[PATH]["POST"]
        strategy = operation.as_strategy()
    except Exception as error:
        raise Unfillable(f"no body can be made from its schema: {error}") from error

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
        raise Unfillable(f"no body can be made from its schema: {error}") from error
    return tuple(json.loads(json.dumps(drawn)))


def _whole(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with one operation that takes such a body, and the components it refers to."""
    content = {"application/json": {"schema": _tamed(schema)}}
    responses = {"200": {"description": "what came of it"}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": responses}
    return {
        "openapi": "3.1.0",
        "info": {"title": "one body", "version": "1"},
        "paths": {PATH: {"post": operation}},
        "components": _tamed(document.get("components") or {}),
    }


def _tamed(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Plain words, bounded numbers and no unknown keys, unless the schema says what they are.

    A schema allows any text; databases do not (PostgreSQL takes no zero bytes), and the point is
    load, not fuzzing.
    """
    if isinstance(schema, list):
        return [_tamed(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    tamed = {key: _tamed(value) for key, value in schema.items()}
    kind, given = tamed.get("type"), set(tamed)
    if kind == "object" and "properties" in given:
        tamed["additionalProperties"] = False
    if kind == "string" and not {"pattern", "format", "enum", "const"} & given:
        tamed["pattern"] = f"^[a-z]{{{max(1, int(tamed.get('minLength', 1)))},}}$"
        tamed.setdefault("maxLength", max(20, int(tamed.get("minLength", 1))))
    if kind in ("integer", "number") and not {"maximum", "exclusiveMaximum"} & given:
        tamed["maximum"] = max(1000, int(tamed.get("minimum", 0)) + 1000)
        tamed.setdefault("minimum", 1)
    return tamed
