"""Requests right after a write: it is read back, or what it created is deleted.

POST /orders ──201 {"id": 7}──▶ GET /orders/7 : must not be 404
                            └─▶ DELETE /orders/7
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from squall.history.op import FIRST_FOLLOW_UP, FIRST_READ_BACK
from squall.workload.operations import Operation, PlannedRequest, fill_body

FIELD = re.compile(r"\{answer\.([\w.]+)\}")
NAME = "read-back"
FOLLOW_UP_SHARE = 0.5
"""Share of successes that another operation follows. The others leave rows for reads."""


def read_back_request(request: PlannedRequest, text: str, seed: int) -> PlannedRequest | None:
    """The request that reads an acknowledged write back; None for writes that are not selected.

    The same writes are selected each time for the same seed.
    """
    operation = request.operation
    if operation.read_back is None:
        return None
    draw = random.Random(seed * 1_000_033 + request.id).random()  # noqa: S311 - repeatable
    path = _filled(operation.read_back, request, text)
    if draw >= operation.read_back_share or path is None:
        return None
    return PlannedRequest(
        id=FIRST_READ_BACK + request.id,
        operation=Operation(name=NAME, method="GET", path=operation.read_back, effect="read"),
        key=None,
        path=path,
        headers={},
        body=None,
    )


def follower_of(
    request: PlannedRequest, seed: int, operations: Iterable[Operation]
) -> Operation | None:
    """The operation that follows a success, or None. The selection depends only on the seed."""
    followers = [one for one in operations if one.after == request.operation.name]
    if not followers or request.id >= FIRST_READ_BACK:
        return None
    draws = random.Random(seed * 1_000_033 + request.id)  # noqa: S311 - repeatable
    follower = draws.choice(followers)
    return None if draws.random() >= FOLLOW_UP_SHARE else follower


def fill_follow_up(
    request: PlannedRequest, text: str, follower: Operation
) -> PlannedRequest | None:
    """The follow-up with values of an answer; None if the answer lacks them."""
    path = _filled(follower.path, request, text)
    if path is None:
        return None
    key = f"{request.key}-after"
    return PlannedRequest(
        id=FIRST_FOLLOW_UP + request.id,
        operation=follower,
        key=None if follower.effect == "read" else key,
        path=path,
        headers=follower.headers,
        body=fill_body(follower.body, key),
    )


def _filled(template: str, request: PlannedRequest, text: str) -> str | None:
    """The path with fields of the answer; None if one is missing."""
    answer = _object(text)
    values = {name: field_of(answer, name) for name in FIELD.findall(template)}
    if any(value is None for value in values.values()):
        return None
    path = request.path.split("?", maxsplit=1)[0].rstrip("/")
    return FIELD.sub(lambda match: str(values[match[1]]), template.replace("{path}", path))


def entry_with(text: str, key: str | None) -> str:
    """The entry of a list that has the key in one of its texts, as JSON; empty if there is none."""
    try:
        found = _entry(json.loads(text), key, 3) if key else None
    except (ValueError, RecursionError):
        return ""
    return "" if found is None else json.dumps(found)


def _entry(value: Any, key: str, depth: int) -> Mapping[str, Any] | None:  # noqa: ANN401 - JSON
    inner = value if isinstance(value, list) else []
    if isinstance(value, Mapping):
        if any(isinstance(one, str) and _has(one, key) for one in value.values()):
            return value
        inner = list(value.values())
    found = (_entry(one, key, depth - 1) for one in inner) if depth else ()
    return next((one for one in found if one is not None), None)


def _has(text: str, key: str) -> bool:
    """Whether it holds this key, and not only one that begins with it: ``run-1`` and ``run-12``."""
    return re.search(rf"{re.escape(key)}(?!\d)", text) is not None


def field_of(answer: Mapping[str, Any], place: str) -> str | None:
    """The value at a dotted place, escaped for a path; None if there is none."""
    found: Any = answer
    for part in place.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None or isinstance(found, (bool, Mapping, list)):
        return None
    return quote(str(found), safe="")


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
