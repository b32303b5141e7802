"""``network.reset``: live connections at once where the engine can, new ones at the first byte."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, Reset, within

ADDED = (0, "add_toxic", "squall_reset_peer_downstream", "reset_peer", "downstream", {"timeout": 0})


@pytest.mark.parametrize(
    ("resets", "at_once"),
    [(True, [(0, "reset_connections")]), (False, [])],
    ids=["embedded", "toxiproxy"],
)
async def test_the_timeline_of_calls(stub: Any, resets: bool, at_once: list[Any]) -> None:
    port = stub(resets=resets)
    async with within(Reset(), port) as injection:
        port.clock.advance(1)
        await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        ADDED,
        *at_once,
        (1, "traffic"),
        (1, "remove_toxic", "squall_reset_peer_downstream"),
    ]


@pytest.mark.parametrize(
    ("meanwhile", "ended"),
    [
        ({}, 0),
        ({"open": -4}, 4),
        ({"open": -4, "accepted": 3}, 7),
        ({"open": -3, "accepted": 1}, 4),
        ({"open": 2, "accepted": 2}, 0),
    ],
    ids=["nothing", "all four", "and three new ones", "one new one lives", "only new ones"],
)
async def test_it_bites_with_each_connection_that_ended(
    stub: Any, meanwhile: dict[str, int], ended: int
) -> None:
    port = stub()
    async with within(Reset(), port) as injection:
        port.passes(**meanwhile)
        bite = await injection.bite()
    assert (bite.count, bite.what) == (ended, "connections reset")


@pytest.mark.parametrize("refused", ["add_toxic", "reset_connections"])
async def test_a_refusal_is_an_error_that_leaves_nothing_behind(stub: Any, refused: str) -> None:
    port = stub(refuses=refused)
    with pytest.raises(InjectionFailed, match=refused):
        async with within(Reset(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_reset_peer_downstream")


async def test_a_toxic_that_cannot_be_removed_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"Reset\(proxy='postgres'\) could not be undone"):
        async with within(Reset(), stub(refuses="remove_toxic")):
            pass


def test_a_proxy_that_the_lab_has_not_is_refused() -> None:
    with pytest.raises(InvalidFault, match="proxy must be postgres, app or the name"):
        Reset(proxy="Redis!")
