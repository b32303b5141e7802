"""Candidates for websockets, of which the source tells only the path and the parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from squall.workload.openapi.derive import Candidate
from squall.workload.openapi.document import ApiOperation, Parameter, Place
from squall.workload.operations import WEBSOCKET

TEXT = "squall {key}"
MESSAGES = (
    {"type": "message", "message": TEXT, "content": TEXT, "text": TEXT, "data": TEXT},
    TEXT,
    None,
)
"""What clients may send: an object, a text, or nothing. A server that reads JSON refuses a text."""

TOKEN = re.compile(r"token|jwt|auth", re.IGNORECASE)
NUMBER = re.compile(r"(?:^|_)(?:id|pk|number)$", re.IGNORECASE)


def websocket_candidates(paths: Iterable[str], *, writes: bool) -> Iterator[Candidate]:
    """One for each path; without ``writes`` nothing is sent but the handshake."""
    for path in paths:
        parts = urlsplit(path)
        parameters = (*_parameters(parts.path, "path"), *_parameters(parts.query, "query"))
        described = ApiOperation(method=WEBSOCKET.lower(), path=parts.path, parameters=parameters)
        yield Candidate(described=described, bodies=MESSAGES if writes else ())


def _parameters(text: str, place: Place) -> Iterator[Parameter]:
    for name in re.findall(r"\{(\w+)\}", text):
        yield Parameter(name=name, place=place, required=True, schema=_schema(name))


def _schema(name: str) -> dict[str, object]:
    return {"type": "integer"} if NUMBER.search(name) else {"type": "string", "default": "squall"}


def token_parameters(paths: Iterable[str], headers: Mapping[str, str]) -> dict[str, str]:
    """The login's token for each parameter of the paths that is named like one."""
    bearer = headers.get("Authorization", "").rpartition(" ")[2]
    names = {name for path in paths for name in re.findall(r"\{(\w+)\}", path)}
    return {name: bearer for name in names if TOKEN.search(name)} if bearer else {}
