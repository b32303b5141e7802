"""The result of one attempt of a request, as a word, and whether it may be repeated."""

from __future__ import annotations

import errno

import aiohttp

from squall.history.shape import MAX_BODY, describe_body
from squall.workload.http_exchange import Answer
from squall.workload.operations import PlannedRequest

RESET = (errno.ECONNRESET, errno.EPIPE)
"""aiohttp raises an RST as its own ``ClientOSError``, which only the number distinguishes."""


def may_repeat(request: PlannedRequest) -> bool:
    """Whether it has a key by which the app can recognise a repeat, and is not a repeat itself."""
    keyed = any("{key}" in value for value in request.operation.headers.values())
    keyed = keyed or request.operation.effect == "idempotent-write"
    return keyed and request.key is not None


def describe_success(answer: Answer | None) -> str:
    """The shape of a successful answer; empty for others."""
    if answer is None or not answer.ok or not answer.whole or answer.stream:
        return ""
    if len(answer.body) >= MAX_BODY:
        return ""  # the rest was not kept
    return describe_body(answer.text, answer.headers.get("content-type"))


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
