"""The entry of a cell: request, answer, statements, rows and log lines, as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from squall.lab.wal import RowChange
from squall.sweeping.client import ReceivedAnswer
from squall.sweeping.judge_cell import Seen
from squall.sweeping.sweep_result import CellResult, Problem, Status
from squall.sweeping.tap import Statement

MAX_LINES = 30
MAX_TEXT = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The data listed with the verdict."""

    statements: Sequence[Statement]
    changes: Sequence[RowChange] = ()
    seconds: float = 0.0
    shared: bool = False
    """Whether the changes are those of several cells, so that none are listed."""


def describe(seen: Seen, status: Status, problems: Sequence[Problem], shown: Shown) -> CellResult:
    """The result of a cell."""
    return CellResult(
        cell=seen.cell,
        status=status,
        problems=tuple(problems),
        answer=answer_line(seen.answer),
        request=request_line(seen.answer),
        statements=tuple(statement_line(one) for one in shown.statements[:MAX_LINES]),
        changes=tuple(change_line(one) for one in shown.changes[:MAX_LINES]),
        log=tuple(seen.log[:MAX_LINES]),
        seconds=shown.seconds,
        shared=shown.shared,
    )


def request_line(answer: ReceivedAnswer) -> str:
    """Method, path and body."""
    request = answer.request
    body = "" if request.body is None else f" {json.dumps(request.body)}"
    return f"{request.operation.method} {request.path}{body}"[:MAX_TEXT]


def answer_line(answer: ReceivedAnswer) -> str:
    """Status and the beginning of the body, or why there was none."""
    took = f"{1000 * answer.seconds:.0f} ms"
    if answer.status is None:
        return f"no answer ({answer.error}) after {took}"
    return f"{answer.status} after {took}: {answer.text[:MAX_TEXT]}"


def statement_line(one: Statement) -> str:
    """Session, transaction status and statement, with the injected fault."""
    done = f"  ← {one.fault}" if one.fault else "" if one.answered else "  (no answer)"
    return f"#{one.session} {one.status or '-'} {one.fingerprint[:MAX_TEXT]}{done}"


def change_line(one: RowChange) -> str:
    """Table, kind and the row; of an update only the changed columns."""
    if one.kind == "delete":
        return f"delete {one.table} {_row(one.old)}"
    if one.kind == "update" and one.old:
        moved = {
            key: f"{one.old.get(key)} → {value}"
            for key, value in one.new.items()
            if one.old.get(key) != value
        }
        return f"update {one.table} {_row(moved)}"
    return f"{one.kind} {one.table} {_row(one.new)}"


def _row(row: Mapping[str, str | None]) -> str:
    return ", ".join(f"{key}={value}" for key, value in row.items())[:MAX_TEXT]
