"""A read without credentials, as a stranger sends it: refused in calm, and in an outage, too.

calm     GET /orders/7 ──▶ 401
outage   GET /orders/7 ──▶ 503      the token could not be looked up: sound
outage   GET /orders/7 ──▶ 200      let in: the check fails open

So is a read with credentials, of something that they do not allow (403).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from squall.workload.operations import Operation, PlannedRequest, requests

CREDENTIALS = frozenset({"authorization", "x-api-key", "api-key", "x-auth-token"})
"""Headers that hold nothing else."""


def read_without_credentials(operations: Sequence[Operation], seed: int) -> str | None:
    """The path of a read that clients send with credentials; None if there is none."""
    closed = [
        one
        for one in operations
        if one.method == "GET" and not one.streams and not one.after and _credentials(one.headers)
    ]
    if not closed:
        return None
    return next(requests(closed[:1], seed, "")).path


def _credentials(headers: Mapping[str, str]) -> bool:
    return any(name.lower() in CREDENTIALS | {"cookie"} for name in headers)


def forbidden_reads(operations: Sequence[Operation], seed: int) -> list[PlannedRequest]:
    """Reads that were forbidden in their trial, though the client has all its credentials."""
    found = []
    for one in operations:
        if one.method == "GET" and not one.least_interval_seconds:
            usual = next(requests([one], seed, "")) if one.forbidden else None
            found += [dataclasses.replace(usual, path=path) for path in one.forbidden if usual]
    return found
