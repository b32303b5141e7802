"""The answers that a stand-in gives, read from a file that the lab wrote.

[{"method": "GET", "path": "/rates/{id}", "status": 200, "headers": {}, "body": "<base64>"}, …]
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from squall_faults.stand_in.path_pattern import PathPattern

MAX_ANSWERS = 2_000
MAX_BODY = 1 << 20
"""Bytes of one body."""
MAX_BOOK = 16 << 20
"""Bytes of the file."""
JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """What is answered to requests with this method and path."""

    method: str
    """Empty: every method."""
    path: PathPattern
    status: int = 200
    headers: Mapping[str, str]
    body: bytes = b""

    def is_for(self, method: str, path: str) -> bool:
        """Whether it answers this request. A HEAD takes the answer to GET."""
        wanted = {method, "GET"} if method == "HEAD" else {method}
        return (not self.method or self.method in wanted) and self.path.matches(path)

    @property
    def content_type(self) -> str:
        """That of the body."""
        given = (text for name, text in self.headers.items() if name.lower() == "content-type")
        return next(given, JSON_TYPE)


class AnswerBook:
    """The answers, in order: the first one that is for a request is given."""

    def __init__(self, answers: Sequence[CannedAnswer]) -> None:
        self._answers = tuple(answers)

    @classmethod
    def read(cls, raw: bytes) -> AnswerBook:
        """From the file's contents.

        Raises:
            ValueError: the file is too long, or no list of answers.
        """
        if len(raw) > MAX_BOOK:
            raise ValueError(f"more than {MAX_BOOK} bytes of answers")
        given = json.loads(raw)
        if len(given) > MAX_ANSWERS:
            raise ValueError(f"more than {MAX_ANSWERS} answers")
        return cls([_answer(one) for one in given])

    def find(self, method: str, path: str) -> CannedAnswer | None:
        """The answer to this request, None if none was declared."""
        return next((one for one in self._answers if one.is_for(method, path)), None)


def _answer(given: Mapping[str, Any]) -> CannedAnswer:
    body = base64.b64decode(given.get("body", ""), validate=True)
    if len(body) > MAX_BODY:
        raise ValueError(f"the body for {given['path']} has more than {MAX_BODY} bytes")
    return CannedAnswer(
        method=given.get("method", ""),
        path=PathPattern(given["path"]),
        status=given.get("status", 200),
        headers=dict(given.get("headers", {})),
        body=body,
    )
