"""``redis.restart``: an orderly stop, with or without what it held, and a start."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, RedisRestart, within


@pytest.mark.parametrize(("keys", "said"), [("kept", "keep"), ("lost", "lose")])
async def test_the_timeline_of_calls(stub: Any, keys: Any, said: str) -> None:
    port = stub(connections=4)
    async with within(RedisRestart(keys=keys), port) as injection:
        port.clock.advance(0.3)
        bite = await injection.bite()
    assert port.calls == [(0, "stop", said), (0.3, "start")]
    assert (bite.count, bite.what) == (4, "connections ended")


async def test_a_stop_that_fails_half_way_starts_the_server_all_the_same(stub: Any) -> None:
    port = stub(refuses="stop")
    with pytest.raises(InjectionFailed, match="stop"):
        async with within(RedisRestart(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "start")


def test_other_words_for_its_keys_are_refused() -> None:
    with pytest.raises(InvalidFault, match="keys must be one of kept, lost"):
        RedisRestart(keys="some")  # type: ignore[arg-type] # as from a file
