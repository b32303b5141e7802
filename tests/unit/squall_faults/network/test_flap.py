"""``network.flap``: off and on until healed, and on at the end wherever it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import Flap, InjectionFailed, InvalidFault, within

QUICK = Flap(down_ms=10, up_ms=10)


async def until_called(port: Any, name: str, times: int) -> None:
    async with asyncio.timeout(5):
        while sum(call[1] == name for call in port.calls) < times:  # noqa: ASYNC110 - a stub sets no event
            await asyncio.sleep(0.001)


async def test_the_order_of_calls(stub: Any) -> None:
    port = stub()
    async with within(QUICK, port) as injection:
        await until_called(port, "disable", 3)
        bite = await injection.bite()
    names = [call[1] for call in port.calls]
    assert names[:8] == ["traffic", "disable", "enable"] * 2 + ["traffic", "disable"]
    assert names[-1] == "enable"
    assert (bite.count, bite.what) == (12, "connections cut in 3 drops")


async def test_it_ends_switched_on_when_healed_while_down(stub: Any) -> None:
    port = stub()
    async with within(Flap(down_ms=60_000), port):
        await until_called(port, "disable", 1)
    assert [call[1] for call in port.calls] == ["traffic", "disable", "enable"]


async def test_a_proxy_that_nobody_uses_is_no_bite(stub: Any) -> None:
    port = stub()
    port.passes(open=-4)
    async with within(QUICK, port) as injection:
        await until_called(port, "disable", 1)
        assert (await injection.bite()).count == 0


async def test_flapping_that_broke_down_is_told_when_the_bite_is_asked(stub: Any) -> None:
    port = stub(refuses="disable")
    async with within(QUICK, port) as injection:
        await until_called(port, "disable", 1)
        await asyncio.sleep(0)
        with pytest.raises(InjectionFailed, match="flapping ended: disable: the stub refuses"):
            await injection.bite()
    assert port.calls[-1] == (0, "enable")


@pytest.mark.parametrize("wrong", [{"down_ms": 9}, {"up_ms": 60_001}, {"proxy": "no name"}])
def test_an_impossible_value_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault, match="must be"):
        Flap(**wrong)
