"""``network.half_open``: what is open goes silent for good; no healing could undo it."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HalfOpen, InjectionFailed, InvalidFault, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(HalfOpen(), port) as injection:
        port.passes(accepted=3, open=3)
        port.clock.advance(2)
        bite = await injection.bite()
    assert port.calls == [(0, "silence_connections")]
    assert (bite.count, bite.what) == (4, "connections silenced")


async def test_an_engine_that_cannot_says_so(stub: Any) -> None:
    with pytest.raises(InjectionFailed, match="silence_connections"):
        async with within(HalfOpen(), stub(refuses="silence_connections")):
            pytest.fail("must not be entered")


def test_a_proxy_that_the_lab_has_not_is_refused() -> None:
    with pytest.raises(InvalidFault, match="proxy must be postgres, app or the name"):
        HalfOpen(proxy="Redis!")
