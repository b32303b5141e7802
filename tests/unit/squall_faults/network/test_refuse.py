"""``network.refuse``: the proxy stops listening; what it cut is the proof."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, Refuse, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(Refuse(), port) as injection:
        port.passes(open=-4)
        port.clock.advance(5)
        bite = await injection.bite()
    assert port.calls == [(0, "traffic"), (0, "disable"), (5, "enable")]
    assert (bite.count, bite.what) == (4, "connections cut")


async def test_a_proxy_that_nobody_uses_is_no_bite(stub: Any) -> None:
    port = stub()
    port.passes(open=-4)
    async with within(Refuse(), port) as injection:
        assert (await injection.bite()).count == 0


async def test_a_refused_injection_opens_the_door_again(stub: Any) -> None:
    port = stub(refuses="disable")
    with pytest.raises(InjectionFailed, match="disable"):
        async with within(Refuse(), port):
            pytest.fail("must not be entered")
    assert port.calls == [(0, "traffic"), (0, "disable"), (0, "enable")]


async def test_a_port_that_does_not_open_again_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"Refuse\(proxy='postgres'\) could not be undone"):
        async with within(Refuse(), stub(refuses="enable")):
            pass


def test_a_proxy_that_the_lab_has_not_is_refused() -> None:
    with pytest.raises(InvalidFault, match="proxy must be postgres, app or the name"):
        Refuse(proxy="Redis!")
