"""Which connections a toxic hits: those that exist, those to come, so many, a share of them."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults.errors import InjectionFailed
from squall_faults.ports import EVERYTHING, Target

RESET = {"stream": "downstream", "attributes": {"timeout": 0}}
"""``reset_peer``: who is hit is reset with the next byte, and nobody else notices."""


async def fates(engine: Any, target: Target, *, old: int = 3, new: int = 3) -> list[str]:
    """What becomes of connections from before the toxic and from after it, in their order."""
    there = [await engine.met() for _ in range(old)]
    await engine.proxy.add_toxic("r", "reset_peer", **RESET, target=target)
    there += [await engine.connect() for _ in range(new)]
    return [await engine.fate(ends) for ends in there]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (EVERYTHING, "rrrrrr"),
        (Target(scope="existing"), "rrraaa"),
        (Target(scope="new"), "aaarrr"),
        (Target(connections=4), "rrrraa"),
        (Target(connections=2), "rraaaa"),
        (Target(scope="existing", connections=2), "rraaaa"),
        (Target(scope="new", connections=1), "aaaraa"),
        (Target(scope="existing", connections=9), "rrraaa"),
    ],
    ids=str,
)
async def test_the_connections_that_are_meant_are_hit(
    engine: Any, target: Target, expected: str
) -> None:
    words = {"r": "reset", "a": "answered"}
    assert await fates(engine, target) == [words[letter] for letter in expected]


async def test_a_share_is_drawn_from_the_seed(engine: Any) -> None:
    """The seed of the fixture's engine decides, so that the very same connections are hit."""
    seen = await fates(engine, Target(share=0.5), old=8, new=8)
    assert "".join(fate[0] for fate in seen) == "arrrrararrrrarar"


async def test_of_a_share_only_so_many_are_hit(engine: Any) -> None:
    seen = await fates(engine, Target(share=0.5, connections=3), old=8, new=8)
    assert seen.count("reset") == 3


async def test_who_was_hit_is_counted(engine: Any) -> None:
    await fates(engine, Target(connections=2))
    assert (await engine.server.get("/proxies/p/traffic"))["toxics"]["r"] == {
        "bites": 2,
        "bytes": 8,
        "ended": 2,
        "ends": 0,
        "connections": 2,
    }


async def test_with_the_toxic_its_target_is_gone(engine: Any) -> None:
    await fates(engine, Target(scope="new"))
    await engine.proxy.remove_toxic("r")
    assert await engine.fate(await engine.connect()) == "answered"
    assert await engine.server.whole() == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"scope": "old"}, "scope must be one of all, existing, new"),
        ({"connections": -1}, "connections"),
        ({"connections": 1.5}, "connections"),
        ({"connections": "two"}, "connections"),
        ({"toxicity": "often"}, "toxicity"),
    ],
)
async def test_a_target_that_is_none_is_refused_with_the_reason(
    engine: Any, more: dict[str, Any], words: str
) -> None:
    body = {"name": "r", "type": "reset_peer", "attributes": {"timeout": 0}, **more}
    with pytest.raises(InjectionFailed, match=words):
        await engine.server.post("/proxies/p/toxics", body)
    status, answer = await engine.raw("POST", "/proxies/p/toxics", body)
    assert (status, answer["status"]) == (400, 400)
    assert words in answer["error"]
    assert await engine.server.whole() == ""
