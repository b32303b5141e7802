"""Apps that answer everything with 200, and tell of an error in the body.

200 {"error": {"code": 7, "message": "Please log in to continue"}}   ─▶ 401
200 {"code": 404, "msg": "no such order", "data": null}              ─▶ 404
200 {"status": false, "data": null, "errors": [{"message": "…"}]}    ─▶ 400
200 {"id": 7, "status": "failed", "error": "card refused"}           ─▶ 200: a thing with that state
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from squall.workload.http_exchange import Answer

FAILED = frozenset({"error", "fail", "failed", "failure"})
GOES_WELL = ("success", "ok", "status")
CODES = ("code", "status_code", "statusCode", "status")
WORDS = ("error", "errors", "message", "msg", "detail", "details", "reason")
CONTENTS = ("id", "data", "result", "results", "items", "payload")
"""Fields of an answer that has something to say besides."""

ERRORS = range(400, 600)
BY_WORDS = (
    (409, re.compile(r"already|exists\b|conflict|duplicate", re.IGNORECASE)),
    (404, re.compile(r"not[ _-]?found|does(?: not|n't) exist|no such", re.IGNORECASE)),
    (403, re.compile(r"forbidden|permission|not allowed|privilege", re.IGNORECASE)),
    (401, re.compile(r"authenticat|authori[sz]|log(?:ged)?[ _-]?in|credential|token|denied",
                     re.IGNORECASE)),
    (422, re.compile(r"valid|required|missing", re.IGNORECASE)),
)  # fmt: skip
UNKNOWN = 400
MAX_LETTERS = 4_000
"""Errors are short; a longer body is content."""


def with_told_status(answer: Answer) -> Answer:
    """The answer with the status that its body tells of, if that is an error."""
    if not answer.ok or answer.stream or len(answer.body) > MAX_LETTERS:
        return answer
    try:
        body = json.loads(answer.text)
    except (ValueError, RecursionError):
        return answer
    if not isinstance(body, Mapping) or not _tells_of_an_error(body):
        return answer
    return dataclasses.replace(answer, status=_status(body))


def _tells_of_an_error(body: Mapping[str, Any]) -> bool:
    if any(body.get(name) for name in CONTENTS) or not any(body.get(name) for name in WORDS):
        return False
    refused = any(body.get(name) is False for name in GOES_WELL)
    # GraphQL's form: an answer without data, and its errors.
    refused = refused or (bool(body.get("errors")) and body.get("data", body) is None)
    failed = str(body.get("status", "")).lower() in FAILED
    return refused or failed or bool(body.get("error")) or _code(body) is not None


def _status(body: Mapping[str, Any]) -> int:
    code = _code(body)
    if code is not None:
        return code
    text = " ".join(_texts(body))
    return next((status for status, words in BY_WORDS if words.search(text)), UNKNOWN)


def _code(body: Mapping[str, Any]) -> int | None:
    """A status of HTTP among the codes of the body, or of its error."""
    inner = body.get("error")
    for part in (body, inner if isinstance(inner, Mapping) else {}):
        for name in CODES:
            text = str(part.get(name, ""))
            if text.isdecimal() and int(text) in ERRORS:
                return int(text)
    return None


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
