"""Each pattern serves the same small API on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest

from harness.patterns.gallery import GALLERY, Pattern
from harness.scenario.lab import Lab, lab
from harness.scenario.lab_options import LabOptions

pytestmark = pytest.mark.scenario

ORDER = {"item_id": 5, "quantity": 2}


def ask(base: str, path: str, body: object = None) -> tuple[int, object]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "only"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{base}{path}", data=data, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def conversation(base: str) -> list[tuple[int, object]]:
    return [
        ask(base, "/orders", ORDER),
        ask(base, "/orders/1"),
        ask(base, "/items/5"),
        ask(base, "/items/101"),
        ask(base, "/orders/2"),
        (ask(base, "/livez")[0], None),
        (ask(base, "/readyz")[0], None),
    ]


async def talk(pattern: Pattern) -> tuple[list[tuple[int, object]], dict[str, int]]:
    async with lab(LabOptions(profile=pattern.profile())) as running:
        said = await asyncio.to_thread(conversation, _address(running))
        return said, await running.observer.counts(str(running.profile.writes_query))


def _address(running: Lab) -> str:
    return f"http://{running.app.host}:{running.app.port}"


@pytest.mark.parametrize("pattern", GALLERY, ids=lambda pattern: pattern.name)
async def test_a_pattern_serves_items_orders_and_probes(pattern: Pattern) -> None:
    if reason := pattern.missing():
        pytest.skip(reason)
    said, stored = await talk(pattern)
    assert said == [
        (201, {"id": 1, **ORDER}),
        (200, {"id": 1, **ORDER}),
        (200, {"id": 5, "name": "item 5", "stock": 999_998}),
        (404, None),
        (404, None),
        (200, None),
        (200, None),
    ]
    assert stored == {"only": 1}
