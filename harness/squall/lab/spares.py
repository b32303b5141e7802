"""Spare operations: on an item that the load just made, where those on known items are refused.

GET /notes/7 ─▶ 404 under load: another operation of the load removes the notes that were there
POST /notes ──201 {"id": 9}──▶ GET /notes/9 ─▶ 200
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from squall.lab.chains import followed_path
from squall.lab.operation_search import OperationSearch
from squall.workload.operations import Operation


async def find_spares(search: OperationSearch) -> Mapping[str, Operation]:
    """By the name of an operation: the same as a follower of the POST that makes such items."""
    made: dict[str, str] = {}
    found: dict[str, Operation] = {}
    makers = [(path, one) for path, one in search.good if one.method == "POST"]
    for path, operation in search.good:
        if "{" not in path or operation.after or operation.streams:
            continue
        for maker_path, maker in makers:
            if maker.after or maker is operation:
                continue
            if maker.name not in made:
                made[maker.name] = await _answer_of(search, maker)
            place = followed_path(path, maker_path, made[maker.name], search.document.prefix)
            if place:
                found.setdefault(operation.name, _following(operation, maker, place))
    return found


async def _answer_of(search: OperationSearch, maker: Operation) -> str:
    search.trial.client = search.roles.client_of(maker)
    result = await search.trial.probe(maker, search.trial.drawn(maker, 1)[0])
    return "" if result.reason or not result.texts else result.texts[0]


def _following(operation: Operation, maker: Operation, place: str) -> Operation:
    body = operation.bodies[0] if operation.bodies else operation.body
    return dataclasses.replace(operation, path=place, body=body, bodies=(), after=maker.name)
