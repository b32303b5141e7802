"""Requests of any load generator, one a row: CSV with a header, or JSON lines.

| column | meaning |
|---|---|
| ``at`` | start: ISO 8601, or seconds or milliseconds since 1970 |
| ``seconds`` | until the answer, or until the client gave up |
| ``status`` | HTTP status; empty without an answer |
| ``name``, ``method``, ``path`` | the operation |
| ``error`` | why there was no answer: ``timeout``, ``refused``, ``reset`` … |
| ``content_type``, ``retry_after``, ``body`` | of the answer, if they are to be judged |

``intended`` is when the request was due, for a generator that may be late; otherwise ``at``.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.history.op import Op, Outcome
from squall.judging.moments import parse_moment
from squall.workload.operations import outcome_of

MAX_BYTES = 256 << 20
MAX_BODY_LETTERS = 2000
NEEDED = ("at", "seconds")
STATUSES = range(100, 600)
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """The requests of a file, ordered by their start."""

    ops: tuple[Op, ...]
    columns: frozenset[str]
    """Columns with a value in at least one row."""


def read_requests(path: Path) -> Requests:
    """Read a file of requests.

    Raises:
        UsageError: the file cannot be read, or a row is wrong; with file and line.
    """
    text = read_regular(path, MAX_BYTES)
    rows = _json_rows(text, path) if text.lstrip()[:1] == "{" else _csv_rows(text, path)
    ops, columns = list[Op](), set[str]()
    for line, row in rows:
        columns |= {name for name, value in row.items() if value not in (None, "")}
        ops.append(_op(row, f"{path}:{line}"))
    if not ops:
        raise UsageError(f"{path}: has no requests")
    ordered = sorted(ops, key=lambda op: op.intended)
    return Requests(
        ops=tuple(replace(op, id=number) for number, op in enumerate(ordered)),
        columns=frozenset(columns),
    )


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}:{number}: is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}:{number}: must be an object, one a line")
        yield number, row


def _csv_rows(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            needed = ", ".join(missing)
            raise UsageError(f"{path}:1: the header lacks {needed}; needed are at and seconds")
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if name is not None}
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: is not CSV: {error}") from error


def _op(row: Mapping[str, Any], place: str) -> Op:
    try:
        sent = parse_moment(row.get("at"), f"{place}: at")
        due = row.get("intended")
        intended = sent if due in (None, "") else parse_moment(due, f"{place}: intended")
        seconds = float(row.get("seconds") or "no number")
    except (TypeError, ValueError) as error:
        told = str(error) if str(error).startswith(place) else f"{place}: seconds must be a number"
        raise UsageError(told) from error
    if not math.isfinite(seconds) or seconds < 0:
        raise UsageError(f"{place}: seconds must be a number of at least 0")
    status = _status(row.get("status"), place)
    method, path = str(row.get("method") or "").upper(), str(row.get("path") or "")
    request = f"{method} {path}".strip()
    reason = None if status is not None else str(row.get("error") or "no answer")[:80]
    outcome = outcome_of(status, reason, ())
    body = "" if outcome is Outcome.APPLIED else str(row.get("body") or "")[:MAX_BODY_LETTERS]
    return Op(
        id=0, name=str(row.get("name") or request or "request")[:80],
        effect="read" if method in ("", *SAFE) else "write", key=None,
        intended=min(intended, sent), sent=sent, done=sent + seconds,
        outcome=outcome, status=status,
        error=reason,
        content_type=row.get("content_type") or None, retry_after=row.get("retry_after") or None,
        body=body, request=request,
    )  # fmt: skip


def _status(value: object, place: str) -> int | None:
    if value in (None, "", 0, "0"):  # 0: how k6 and Locust write "no answer"
        return None
    try:
        status = int(str(value))
    except ValueError:
        status = 0
    if status not in STATUSES:
        raise UsageError(f"{place}: {value!r:.40} is not an HTTP status")
    return status
