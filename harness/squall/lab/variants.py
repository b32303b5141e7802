"""Find the values of an operation that the app accepts: bodies and paths are tried one by one.

body 1 ─▶ path 1 ✗ 404 ─▶ path 2 ✓          a path that names nothing is not asked again
body 2 ─▶ path 2 ✗ 422                      a body that is refused is not sent again
        └──▶ the load has path 2 with body 1
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from squall.lab.trial import RATE_LIMITED, Trial, TrialResult
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest

MAX_BODIES = 5
MAX_PATHS = 10
ENOUGH_PATHS = 3
ENOUGH_BODIES = 2
FORBIDDEN = 403
NOT_THERE = (FORBIDDEN, 404, 410)
"""Statuses about the path: the item does not exist, or belongs to another user."""


@dataclass(slots=True)
class _Accepted:
    paths: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    refused_paths: set[str] = field(default_factory=set)
    forbidden: list[str] = field(default_factory=list)
    last: TrialResult = field(default_factory=TrialResult)

    def refuse(self, path: str, status: int | None) -> None:
        """Note a path that the app does not serve."""
        self.refused_paths.add(path)
        if status == FORBIDDEN:
            self.forbidden.append(path)


async def try_variants(trial: Trial, operation: Operation) -> tuple[Operation, TrialResult]:
    """The operation with the values that the app accepts, and the result of three requests."""
    if operation.method == WEBSOCKET and operation.bodies:
        return await _try_messages(trial, operation)
    if len(operation.bodies) <= 1:
        result = await trial.ask(operation)
        if result.status not in NOT_THERE or "{" not in operation.path:
            return await _without_refused_paths(trial, operation, result), result
    accepted = _Accepted()
    for body in operation.bodies[:MAX_BODIES] or (None,):
        if body == {} and accepted.bodies:
            continue  # an update of nothing commits nothing
        await _try_body(trial, operation, body, accepted)
        if accepted.last.status in (401, RATE_LIMITED) or len(accepted.bodies) >= ENOUGH_BODIES:
            break
    if not accepted.paths:
        return operation, accepted.last
    narrowed = _narrowed(operation, accepted)
    return narrowed, await trial.ask(narrowed)


async def _without_refused_paths(
    trial: Trial, operation: Operation, result: TrialResult
) -> Operation:
    """A read without the things that it may not name: three requests may have named good ones."""
    is_read = operation.method == "GET" and "{" in operation.path and not operation.bodies
    if not is_read or result.reason or result.wait_seconds or result.streams:
        return operation
    accepted = _Accepted()
    for request in _distinct(trial.drawn(operation, 4 * MAX_PATHS), accepted):
        answer = await trial.probe(operation, request)
        if answer.status == RATE_LIMITED:
            return operation
        if answer.status in NOT_THERE:
            accepted.refuse(request.path, answer.status)
        elif not answer.reason:
            accepted.paths.append(request.path)
    return _narrowed(operation, accepted) if accepted.paths else operation


async def _try_messages(trial: Trial, operation: Operation) -> tuple[Operation, TrialResult]:
    """The first message that the websocket answers, else the first that it does not refuse."""
    silent: tuple[Operation, TrialResult] | None = None
    for message in operation.bodies:
        tried = dataclasses.replace(operation, bodies=(message,))
        result = await trial.ask(tried)
        if result.replies:
            return tried, result
        if not result.reason and silent is None:
            silent = tried, result
    return silent or (operation, result)


async def _try_body(trial: Trial, operation: Operation, body: Any, accepted: _Accepted) -> None:  # noqa: ANN401 - JSON
    """Find paths that accept this body. After its first success, the next body is tried."""
    with_body = dataclasses.replace(operation, bodies=() if body is None else (body,))
    for request in _distinct(trial.drawn(with_body, 4 * MAX_PATHS), accepted):
        result = await trial.probe(with_body, request)
        if not result.reason:
            accepted.paths += [] if request.path in accepted.paths else [request.path]
            accepted.bodies += [] if body in accepted.bodies else [body]
            if len(accepted.paths) >= ENOUGH_PATHS or "{" not in operation.path:
                return
            continue
        accepted.last = result
        if result.status not in NOT_THERE or "{" not in operation.path:
            return
        accepted.refuse(request.path, result.status)


def _distinct(drawn: list[PlannedRequest], accepted: _Accepted) -> list[PlannedRequest]:
    """The distinct paths; only known good ones if there are any."""
    by_path = {one.path: one for one in reversed(drawn)}
    wanted = [path for path in by_path if path not in accepted.refused_paths]
    if accepted.paths:
        wanted = [path for path in wanted if path in accepted.paths][:1]
    return [by_path[path] for path in wanted[:MAX_PATHS]]


def _narrowed(operation: Operation, accepted: _Accepted) -> Operation:
    bodies = tuple(accepted.bodies) if operation.bodies else ()
    if not accepted.refused_paths or "{key}" in operation.path:
        return dataclasses.replace(operation, bodies=bodies)
    paths = accepted.paths
    path = paths[0] if len(paths) == 1 else _alternatives(paths)
    forbidden = tuple(accepted.forbidden[:ENOUGH_PATHS])
    return dataclasses.replace(operation, path=path, bodies=bodies, forbidden=forbidden)


def _alternatives(paths: list[str]) -> str:
    """One template for several paths. Common parts stay readable."""
    start = 0
    while all(len(one) > start and one[start] == paths[0][start] for one in paths):
        start += 1
    start = paths[0].rfind("/", 0, start) + 1
    tails = sorted({one[start:] for one in paths})
    return f"{paths[0][:start]}{{one:{'|'.join(tails)}}}"
