"""What the stand-in of an HTTP dependency answers: declared in the table, or from an OpenAPI file.

[[tool.squall.dependencies]]
name = "payments"
kind = "http"
environment = {PAYMENTS_URL = "{url}"}
openapi = "payments.json"                     # examples of its responses; or, and before those:

[[tool.squall.dependencies.answers]]
path = "/rates/{id}"
json = {rate = 1.25}
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from squall_faults.stand_in.answer_book import JSON_TYPE, MAX_ANSWERS, MAX_BODY
from squall_faults.stand_in.path_pattern import PathPattern

from squall.config.openapi_answers import answers_of_document
from squall.core.errors import UsageError
from squall.core.files import read_regular

ANY_METHOD = "*"
MAX_DOCUMENT = 8 << 20
TYPES = {".json": JSON_TYPE, ".txt": "text/plain", ".html": "text/html", ".xml": "application/xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAnswer:
    """What is answered to requests with this method and path."""

    path: str
    """``{}`` or ``{name}`` stands for a part without ``/``, ``*`` for any text."""
    method: str = "GET"
    """``*``: every method."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    body: str = ""
    """A text, in place of ``json``."""
    file: str = ""
    """A file in the app's folder, in place of ``json``."""

    def problems(self) -> Iterable[str]:
        """What cannot be, one sentence each."""
        try:
            PathPattern(self.path)
        except ValueError as error:
            yield f"path {self.path!r} {error}"
        if self.method != ANY_METHOD and not (self.method.isalpha() and self.method.isupper()):
            yield f"method must be capitals, such as POST, or *, got {self.method!r}"
        if not 200 <= self.status <= 599:  # noqa: PLR2004 - HTTP
            yield f"status must be from 200 to 599, got {self.status}"
        if (self.json is not None) + bool(self.body) + bool(self.file) > 1:
            yield f"path {self.path!r} has more than one of json, body and file"
        if any(mark in name + text for name, text in self.headers.items() for mark in "\r\n\0"):
            yield f"path {self.path!r}: a header must be one line"

    def canned(self, folder: Path) -> dict[str, Any]:
        """For the stand-in's file.

        Raises:
            UsageError: the file with the body cannot be read.
        """
        kind, body = "text/plain; charset=utf-8", self.body
        if self.json is not None:
            kind, body = JSON_TYPE, json.dumps(self.json)
        elif self.file:
            kind = TYPES.get(Path(self.file).suffix.lower(), kind)
            body = read_regular(folder / self.file, MAX_BODY)
        given = {name.lower() for name in self.headers}
        headers = {} if "content-type" in given else {"Content-Type": kind}
        return {
            "method": "" if self.method == ANY_METHOD else self.method,
            "path": self.path,
            "status": self.status,
            "headers": {**headers, **self.headers},
            "body": base64.b64encode(body.encode()).decode(),
        }


def canned_answers(
    name: str, answers: Iterable[DeclaredAnswer], openapi: str, folder: Path
) -> list[dict[str, Any]]:
    """All answers of a dependency, the declared ones first.

    Raises:
        UsageError: a file cannot be read, the document describes no answer, or there are too many.
    """
    found = [one.canned(folder) for one in answers]
    if openapi:
        described = list(answers_of_document(_document(name, folder / openapi)))
        if not described:
            raise UsageError(f"dependency {name!r}: {openapi} describes no successful answer")
        found += described
    if len(found) > MAX_ANSWERS:
        raise UsageError(f"dependency {name!r}: more than {MAX_ANSWERS} answers")
    return found


def _document(name: str, path: Path) -> Mapping[str, Any]:
    text = read_regular(path, MAX_DOCUMENT, f"dependency {name!r}")
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            words = str(error).splitlines()[0][:200]
            raise UsageError(f"dependency {name!r}: {path}: is no JSON or YAML: {words}") from None
    if not isinstance(found, Mapping) or not isinstance(found.get("paths"), Mapping):
        raise UsageError(f"dependency {name!r}: {path}: is no OpenAPI document: it has no paths")
    return found
