"""A server that serves no honest OpenAPI document gives one message, within a bounded time."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from squall.cli.main import exit_code_of
from squall.config.profile import REFERENCE
from squall.core.errors import LabError
from squall.lab import api_document
from squall.lab.api_document import find_document
from squall.lab.app_client import app_client

PROFILE = replace(REFERENCE, openapi="/openapi.json", operations=())
JSON = b"Content-Type: application/json"
Pieces = Callable[[], Iterable[bytes | float]]


def deep(plain: Any) -> Pieces:
    body = b'{"openapi": "3.1.0", "paths": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    return lambda: [plain(b"200 OK", JSON, body=body)]


def paths(plain: Any, count: int) -> Pieces:
    body = b'{"openapi": "3.1.0", "paths": {"/a": {}' + b', "/b": {}' * count + b"}}"
    return lambda: [plain(b"200 OK", JSON, body=body)]


def refusals(plain: Any, answers: Any) -> dict[str, tuple[Pieces, str]]:
    """By name: what is served, and a word of the message."""
    to_itself = b"Location: /openapi.json"
    return {
        "100,000 levels": (deep(plain), "nested deeper"),
        "1,000,000 paths": (paths(plain, 1_000_000), "larger than 8 MiB"),
        "endless": (answers["endless chunked body"], "larger than 8 MiB"),
        "gzip bomb": (answers["gzip bomb"], "larger than 8 MiB"),
        "redirect to another host": (answers["redirect to another host"], "not followed"),
        "redirect to itself": (lambda: [plain(b"307 Go", to_itself)], "more than 3 times"),
        "status 999": (answers["status 999"], "GET /openapi.json"),
        "noise": (answers["no status line"], "GET /openapi.json"),
        "HTML": (lambda: [plain(b"200 OK", body=b"<html>\x1b[2J")], "is not JSON"),
    }


NAMES = (
    "100,000 levels", "1,000,000 paths", "endless", "gzip bomb", "redirect to another host",
    "redirect to itself", "status 999", "noise", "HTML",
)  # fmt: skip


async def message_of(url: str) -> str:
    client = app_client(url, {})
    try:
        async with asyncio.timeout(60):
            with pytest.raises(LabError) as raised:
                await find_document(client, PROFILE)
    finally:
        await client.session.close()
    return str(raised.value)


@pytest.mark.parametrize("name", NAMES)
async def test_each_hostile_document_is_one_message(hostile: Any, name: str) -> None:
    pieces, word = refusals(hostile.plain, hostile.answers)[name]
    async with hostile.answering(pieces) as url:
        told = await message_of(url)
    assert word in told
    assert "--openapi PATH" in told
    assert len(told) < 5_000


async def test_a_drip_at_every_place_ends_with_the_time_for_all(
    hostile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_document, "TOTAL_SECONDS", 0.5)
    began = time.monotonic()
    async with hostile.answering(hostile.answers["drip"]) as url:
        told = await message_of(url)
    assert "0.5 s were over" in told
    assert time.monotonic() - began < 5


async def test_odd_names_of_a_document_are_left_out_or_harmless(hostile: Any) -> None:
    odd = ["/\x1b[2Jx", "/<script>", "/a\nb", "/\u202ereversed", "/ok"]
    body = json.dumps({"openapi": "3.1.0", "paths": {name: {"get": {}} for name in odd}}).encode()
    async with hostile.answering(lambda: [hostile.plain(b"200 OK", JSON, body=body)]) as url:
        client = app_client(url, {})
        try:
            found = await find_document(client, PROFILE)
        finally:
            await client.session.close()
    assert "/ok" in str(found.operations)


def test_control_characters_of_a_message_are_written_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Refusing:
        name = "squall"

        def main(self, **_: Any) -> int:
            raise LabError("the app said \x1b[2J\x07 and \u202eback")

    assert exit_code_of(Refusing()) == 3  # type: ignore[arg-type] # all that is used of a group
    said = capsys.readouterr().err
    assert "\\x1b[2J\\x07" in said
    assert not any(letter in said for letter in "\x1b\x07\u202e")


def test_every_name_is_tested(hostile: Any) -> None:
    assert list(refusals(hostile.plain, hostile.answers)) == list(NAMES)
    assert next(itertools.islice(hostile.answers["drip"](), 1, 2)) == b"x"
