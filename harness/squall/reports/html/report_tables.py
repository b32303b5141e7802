"""Tables of a report: each operation in each window, and the most relevant requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from squall.gates.percentiles import percentile
from squall.history.evidence import Control, Evidence, Window
from squall.history.op import Op
from squall.reports.html.view_model import milliseconds, share
from squall.reports.windows import WINDOWS, start_of
from squall.runner.run import Run

MAX_REQUESTS = 300
"""Rows of the table of requests: unsuccessful ones first, then the slowest."""

SLOWEST = 20


def operation_rows(seen: Evidence | Control) -> list[dict[str, Any]]:
    """One row for each operation and window that has requests, ordered by name."""
    names = sorted({op.name for op in seen.awaited})
    return [row for name in names for window in WINDOWS if (row := _row(seen, name, window))]


def paired_rows(a: Evidence | Control, b: Evidence | Control) -> list[dict[str, Any]]:
    """The rows of two runs by operation and window; None where one has no such requests."""
    keyed = [{(row["name"], row["window"]): row for row in operation_rows(each)} for each in (a, b)]
    return [
        {"name": name, "window": window, "cells": tuple(each.get((name, window)) for each in keyed)}
        for name, window in keyed[0] | keyed[1]
    ]


def _row(seen: Evidence | Control, name: str, window: Window) -> dict[str, Any]:
    ops = [op for op in seen.window(window) if op.name == name]
    if not ops:
        return {}
    times = [op.response_seconds for op in ops]
    good = sum(op.good for op in ops)
    p50, p95 = (percentile(times, percent) for percent in (50, 95))
    statuses = Counter(_ending(op) for op in ops)
    return {
        "name": name,
        "window": window,
        "requests": len(ops),
        "good": share(good / len(ops)),
        "p50": milliseconds(None if p50 is None else p50 * 1000),
        "p95": milliseconds(None if p95 is None else p95 * 1000),
        "statuses": ", ".join(f"{count} x {what}" for what, count in statuses.most_common()),
    }


def request_rows(run: Run) -> list[dict[str, Any]]:
    """Requests in the order in which they were due: those in findings, errors, and the slowest."""
    chosen = sorted(_worth_a_look(run), key=lambda op: op.intended)
    zero = start_of(run.evidence)
    windows = {op.id: window for window in WINDOWS for op in run.evidence.window(window)}
    return [
        {
            "id": op.id,
            "at": f"{op.intended - zero:.3f} s",
            "window": windows.get(op.id, "-"),
            "name": op.name,
            "ending": _ending(op),
            "outcome": "gone" if op.client_cancelled else str(op.outcome),
            "took": milliseconds(op.response_seconds * 1000),
            "body": op.body[:200],
        }
        for op in chosen
    ]


def _worth_a_look(run: Run) -> Iterator[Op]:
    named = {number for finding in run.findings for number in finding.ops}
    slowest = sorted(run.evidence.ops, key=lambda op: -op.response_seconds)[:SLOWEST]
    ranked = [
        *(op for op in run.evidence.ops if op.id in named),
        *(op for op in run.evidence.ops if not op.good),
        *slowest,
    ]
    yield from list({op.id: op for op in ranked}.values())[:MAX_REQUESTS]


def _ending(op: Op) -> str:
    if op.client_cancelled:
        return "cancelled by the client"
    return str(op.status) if op.status is not None else f"no answer: {op.error}"
