"""Read your writes: some acknowledged writes are read back at once, by what the answer told.

POST /orders ──201 {"id": 7}──▶ GET /orders/7 : must not be 404
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

from harness.history.op import FIRST_READ_BACK
from harness.workload.operations import Operation, PlannedRequest

FIELD = re.compile(r"\{answer\.(\w+)\}")
NAME = "read-back"


def reading(request: PlannedRequest, text: str, seed: int) -> PlannedRequest | None:
    """The request that reads an acknowledged write back, or None when it is not its turn.

    The same writes are read back each time for the same seed.
    """
    operation = request.operation
    if operation.read_back is None:
        return None
    draw = random.Random(seed * 1_000_033 + request.id).random()  # noqa: S311 - repeatable
    answer = _object(text)
    names = FIELD.findall(operation.read_back)
    if draw >= operation.read_back_share or any(name not in answer for name in names):
        return None
    path = FIELD.sub(lambda match: str(answer[match[1]]), operation.read_back)
    return PlannedRequest(
        id=FIRST_READ_BACK + request.id,
        operation=Operation(name=NAME, method="GET", path=operation.read_back, effect="read"),
        key=None,
        path=path,
        headers={},
        body=None,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
