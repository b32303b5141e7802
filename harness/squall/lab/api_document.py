"""Find the app's OpenAPI document: at its declared path, where its pages point, or at a
usual path.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

from squall.config.profile import AppProfile
from squall.core.errors import LabError
from squall.lab.app_client import AppClient, NoAnswer
from squall.workload.openapi.document import (
    MAX_DOCUMENT_BYTES,
    ApiDocument,
    UnusableDocument,
    parse_document,
    read_document,
)
from squall.workload.openapi.merged import merge_documents
from squall.workload.urls import OtherOrigin, join_same_origin

NAMED = re.compile(r"""(?:url:|spec-url=)\s*["']([^"']{1,300})["']""")
PAGES = ("/docs", "/redoc", "/")
TOTAL_SECONDS = 20.0
"""For all places together: an app that sends one byte per second at each would take minutes."""
USUAL_PLACES = ("/api/v1/openapi.json", "/api/openapi.json", "/v1/openapi.json")


async def find_document(client: AppClient, profile: AppProfile) -> ApiDocument:
    """The app's OpenAPI document.

    Raises:
        LabError: there is none; the message shows what was found instead.
    """
    reasons: dict[str, str] = {}
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            found = await _look(client, profile, reasons)
            if found is not None and profile.openapi_mounted:
                found = await _with_mounted(client, profile, found)
        if found is not None:
            return found
    except TimeoutError:
        reasons["…"] = f"not requested: {TOTAL_SECONDS:g} s were over"
    told = "\n".join(f"    GET {place}: {reason}" for place, reason in reasons.items())
    raise LabError(
        f"GET {profile.openapi} gives no OpenAPI document:\n{told}\n"
        "  say where it is with --openapi PATH, or declare operations in [tool.squall] of"
        " pyproject.toml"
    )


async def _look(
    client: AppClient, profile: AppProfile, reasons: dict[str, str]
) -> ApiDocument | None:
    """The first usable document, and why the others cannot be used."""
    async for place in _places(client, profile.openapi):
        if place in reasons:
            continue
        try:
            answer = await client.get_page(place, keep=MAX_DOCUMENT_BYTES)
            if not answer.ok:
                reasons[place] = f"answered {answer.status}"
                continue
            raw = await asyncio.to_thread(parse_document, answer.body)
            return await asyncio.to_thread(read_document, raw)
        except (NoAnswer, OtherOrigin, UnusableDocument) as error:
            reasons[place] = str(error)
    return None


async def _with_mounted(client: AppClient, profile: AppProfile, main: ApiDocument) -> ApiDocument:
    """The document with those of mounted apps. One that cannot be read is as if it were not there:
    its app is asked nothing, and the coverage cannot know of it.
    """
    mounted = []
    for place in profile.openapi_mounted:
        with contextlib.suppress(NoAnswer, OtherOrigin, UnusableDocument):
            answer = await client.get_page(place, keep=MAX_DOCUMENT_BYTES)
            if answer.ok:
                mounted.append((place, await asyncio.to_thread(parse_document, answer.body)))
    return await asyncio.to_thread(read_document, merge_documents(main.raw, mounted))


async def _places(client: AppClient, declared: str) -> AsyncIterator[str]:
    """Candidates for the document: the declared path, links of FastAPI's pages, usual paths."""
    yield declared
    for page in PAGES:
        try:
            text = (await client.get_page(page)).text
            if named := NAMED.search(text):
                joined = join_same_origin(client.base_url + page, named.group(1))
                yield joined.removeprefix(client.base_url)
        except (NoAnswer, OtherOrigin):
            continue
    for place in USUAL_PLACES:
        yield place
