"""The result of one attempt of a request, as a word, and whether it may be repeated."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

import aiohttp

from squall.history.entries import describe_entries
from squall.history.list_shape import describe_lists, lists_of
from squall.history.op import Op
from squall.history.shape import (
    MAX_BODY,
    describe_body,
    describe_items,
    describe_numbers,
    describe_texts,
)
from squall.history.stream_shape import describe_stream
from squall.workload.http_exchange import Answer
from squall.workload.operations import PlannedRequest
from squall.workload.told_addresses import told_addresses

RESET = (errno.ECONNRESET, errno.EPIPE)
"""aiohttp raises an RST as its own ``ClientOSError``, which only the number distinguishes."""

PLAIN = (str, int, float, bool)
"""Types whose values can be compared with those of an answer."""

STALE_WARNINGS = ("110", "111")
"""Codes of the header Warning: response is stale, revalidation failed (RFC 7234, 5.5)."""

MAX_SHOWN = 100
"""Keys of writes in one answer that are noted."""

UPDATES = ("PUT", "PATCH")
"""Methods of requests that say which values a thing gets."""

REQUEST_NAMES = frozenset({
    "x-request-id", "request-id", "x-correlation-id", "correlation-id", "x-trace-id", "traceparent",
})  # fmt: skip
"""Headers by which a client can name its request when it reports an error."""

USUAL_HEADERS = REQUEST_NAMES | {
    "age", "cache-control", "connection", "content-length", "content-type", "date", "retry-after",
    "server", "transfer-encoding", "vary",
}  # fmt: skip
MAX_HEADERS = 1_000

MAX_WAIT_SECONDS = 1.0
"""Longer waits of a ``Retry-After`` would outlast a run."""


def may_repeat(request: PlannedRequest) -> bool:
    """Whether it has a key by which the app can recognise a repeat, and is not a repeat itself."""
    return request.operation.may_be_repeated and request.key is not None


def wait_before_retry(op: Op, usual_seconds: float) -> float:
    """Seconds from a failure to the next attempt: a ``Retry-After`` in seconds, up to one; else
    the usual pause.
    """
    told = (op.retry_after or "").strip()
    return min(float(told), MAX_WAIT_SECONDS) if told.isdecimal() else usual_seconds


def describe_success(answer: Answer | None) -> str:
    """The shape of a successful answer; empty for others."""
    if answer is None or not answer.ok or not answer.whole or not answer.ended:
        return ""
    if len(answer.body) >= MAX_BODY:
        return ""  # the rest was not kept
    if answer.stream:
        return describe_stream(answer.text)
    return describe_body(answer.text, answer.headers.get("content-type"))


def says_copy(headers: Mapping[str, str]) -> bool:
    """Whether the headers mark an answer as a copy (RFC 9111, 5.1 and 5.5; RFC 9211)."""
    hit = any("hit" in headers.get(name, "").lower() for name in ("cache-status", "x-cache"))
    warned = headers.get("warning", "").startswith(STALE_WARNINGS)
    return hit or warned or headers.get("age", "").strip().isdecimal()


def noted_of(request: PlannedRequest, answer: Answer | None, run_id: str) -> dict[str, Any]:
    """The fields of a record that are read from the answer alone."""
    if answer is None:
        return {"content_type": None, "retry_after": None, **_sent_by(request)}
    shape, read = describe_success(answer), request.operation.effect == "read"
    age = answer.headers.get("age", "").strip()
    return {
        "age": float(age) if age.isdecimal() else None,
        "named": any(name in REQUEST_NAMES for name in answer.headers),
        "headers": "" if answer.ok else other_headers(answer.headers),
        "addresses": told_addresses(answer.text, answer.headers) if answer.ok else "",
        "content_type": answer.headers.get("content-type"),
        "retry_after": answer.headers.get("retry-after"),
        "cache_control": answer.headers.get("cache-control", ""),
        "copy": says_copy(answer.headers),
        "size": len(answer.body),
        "shape": shape,
        "texts": describe_texts(answer.text) if shape and read else "",
        "told": describe_numbers(answer.text) if shape and not read else "",
        "changed": changed_fields(request, answer),
        "shown": ",".join(shown_keys(answer.text, run_id)) if answer.ok and read else "",
        **_sent_by(request),
        **_lists_of(answer.text if shape and read else ""),
    }


def _lists_of(text: str) -> dict[str, str]:
    """What an answer lists, twice: as a whole, and each thing."""
    return {"lists": lists_of(text), "entries": describe_entries(text)} if text else {}


def _sent_by(request: PlannedRequest) -> dict[str, str]:
    """The values that its body holds, as digests."""
    wanted = wanted_by(request)
    lists = describe_lists(request.body) if wanted else ""
    return {"wanted": wanted, "lists": lists, "items": items_of(request)}


def wanted_by(request: PlannedRequest) -> str:
    """The values that an update sends, as digests; empty for other requests."""
    operation, body = request.operation, request.body
    updates = operation.effect != "read" and operation.method in UPDATES
    return describe_texts(json.dumps(body)) if updates and isinstance(body, dict) else ""


def items_of(request: PlannedRequest) -> str:
    """The things that a POST sends, as digests; empty for other requests."""
    operation = request.operation
    adds = operation.effect != "read" and operation.method == "POST"
    return describe_items(request.body) if adds else ""


def other_headers(headers: Mapping[str, str]) -> str:
    """Headers that only this app or its framework sets, a line each."""
    lines = (f"{name}: {value}" for name, value in headers.items() if name not in USUAL_HEADERS)
    return "\n".join(sorted(lines))[:MAX_HEADERS]


def shown_keys(text: str, run_id: str) -> list[str]:
    """Keys of a run in an answer, each once, up to a number."""
    found = re.finditer(re.escape(run_id) + r"-\d+", text) if run_id else ()
    return list(dict.fromkeys(match.group() for match in islice(found, MAX_SHOWN)))


def changed_fields(request: PlannedRequest, answer: Answer | None) -> str:
    """Fields of a JSON body that a successful answer shows with another value, joined by commas."""
    sent = request.body
    if not isinstance(sent, dict) or not describe_success(answer) or answer is None:
        return ""
    try:
        shown = json.loads(answer.text)
    except ValueError:
        return ""
    if not isinstance(shown, dict):
        return ""
    return ",".join(
        name
        for name, value in sent.items()
        if isinstance(value, PLAIN)
        and isinstance(shown.get(name), PLAIN)
        and _plain_text(value) != _plain_text(shown[name])
    )


def _plain_text(value: object) -> str:
    """The text of a value, alike for 5, 5.0 and "5"."""
    try:
        return f"{float(str(value)):g}" if not isinstance(value, bool) else str(value)
    except ValueError:
        return str(value)


def classify_error(failure: BaseException) -> str:
    """The error name of an operation that got no answer."""
    if isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, aiohttp.ClientConnectorError):
        return "refused"
    if isinstance(failure, ConnectionError) or getattr(failure, "errno", None) in RESET:
        return "reset"
    if isinstance(failure, (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError)):
        return "disconnected"
    return f"other: {type(failure).__name__}"
