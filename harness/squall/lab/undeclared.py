"""Operations in an app's OpenAPI document that its profile does not declare."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from squall.config.profile import AppProfile
from squall.history.coverage import OperationProfile
from squall.lab.app_client import AppClient, NoAnswer
from squall.workload.openapi.document import (
    MAX_DOCUMENT_BYTES,
    ApiDocument,
    ApiOperation,
    UnusableDocument,
    parse_document,
    read_document,
)
from squall.workload.operations import Operation
from squall.workload.urls import OtherOrigin

REASON = "not declared in [[tool.squall.operations]]"
PLACE = re.compile(r"\\\{[^{}]*\\\}")
DRAWN = re.compile(r"\{[^{}]*\}")


async def undeclared(client: AppClient, profile: AppProfile) -> list[OperationProfile]:
    """Operations of the document that no declared one requests; empty without a document."""
    try:
        answer = await client.get_page(profile.openapi, keep=MAX_DOCUMENT_BYTES)
        if not answer.ok:
            return []
        raw = await asyncio.to_thread(parse_document, answer.body)
    except (NoAnswer, OtherOrigin, UnusableDocument):
        return []
    return left_over(await asyncio.to_thread(read_document, raw), profile.operations)


def left_over(document: ApiDocument, declared: Iterable[Operation]) -> list[OperationProfile]:
    """The operations of the document that are not declared."""
    asked = [(one.method.lower(), _plain_path(one)) for one in declared]
    return [
        OperationProfile(operation=one.title, name="", effect=_effect(one), reason=REASON)
        for one in document.operations
        if not any(_is(one, document.prefix, *each) for each in asked)
    ]


def _plain_path(operation: Operation) -> str:
    """The path with a value for each placeholder and without its query."""
    return DRAWN.sub("x", operation.path).partition("?")[0]


def _is(one: ApiOperation, prefix: str, method: str, path: str) -> bool:
    pattern = PLACE.sub("[^/]+", re.escape(prefix + one.path))
    return one.method == method and re.fullmatch(pattern, path) is not None


def _effect(one: ApiOperation) -> str:
    return "read" if one.method == "get" else "write"
