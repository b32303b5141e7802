"""Each pattern serves the same small API on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest
from squall.lab.lab import Lab, lab
from squall.lab.lab_options import LabOptions
from squall_proof.patterns.pattern_gallery import GALLERY, Pattern

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
    """The first element is the order made; its number follows those of the lab's trial."""
    status, made = ask(base, "/orders", ORDER)
    assert isinstance(made, dict)
    number = made["id"]
    return [
        (status, made),
        ask(base, f"/orders/{number}"),
        ask(base, "/items/5"),
        ask(base, "/items/101"),
        ask(base, f"/orders/{number + 1}"),
        (ask(base, "/livez")[0], None),
        (ask(base, "/readyz")[0], None),
    ]


async def talk(pattern: Pattern) -> tuple[list[tuple[int, object]], dict[str, int]]:
    async with lab(LabOptions(profile=pattern.profile())) as running:
        said = await asyncio.to_thread(conversation, _address(running))
        return said, await running.observer.counts(str(running.profile.written_keys))


def _address(running: Lab) -> str:
    return f"http://{running.app.host}:{running.app.port}"


@pytest.mark.parametrize("pattern", GALLERY, ids=lambda pattern: pattern.name)
async def test_a_pattern_serves_items_orders_and_probes(pattern: Pattern) -> None:
    if reason := pattern.missing():
        pytest.skip(reason)
    said, stored = await talk(pattern)
    order = said[0][1]
    assert isinstance(order, dict)
    assert order == {"id": order["id"], **ORDER}
    assert said == [
        (201, order),
        (200, order),
        (200, {"id": 5, "name": "item 5", "stock": 999_998}),
        (404, None),
        (404, None),
        (200, None),
        (200, None),
    ]
    assert {key: count for key, count in stored.items() if not key.startswith("try-")} == {
        "only": 1
    }
