"""``network.latency``: one toxic for the length of the block, its direction's bytes as bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, Latency, within


@pytest.mark.parametrize(
    ("fault", "toxic", "bytes_delayed"),
    [
        (
            Latency(latency_ms=60),
            ("squall_latency_downstream", "latency", "downstream", {"latency": 60, "jitter": 0}),
            500,
        ),
        (
            Latency(latency_ms=1, jitter_ms=1, direction="upstream"),
            ("squall_latency_upstream", "latency", "upstream", {"latency": 1, "jitter": 1}),
            7,
        ),
    ],
    ids=["downstream", "upstream"],
)
async def test_the_timeline_of_calls(
    stub: Any, fault: Latency, toxic: tuple[Any, ...], bytes_delayed: int
) -> None:
    port = stub()
    async with within(fault, port) as injection:
        port.clock.advance(3)
        port.passes(up=7, down=500)
        bite = await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        (0, "add_toxic", *toxic),
        (3, "traffic"),
        (3, "remove_toxic", toxic[0]),
    ]
    assert (bite.count, bite.what) == (bytes_delayed, "bytes delayed")


async def test_bytes_that_passed_before_are_no_bite(stub: Any) -> None:
    async with within(Latency(latency_ms=60), stub()) as injection:
        assert (await injection.bite()).count == 0


async def test_the_toxic_is_removed_when_the_block_raises(stub: Any) -> None:
    port = stub()
    with pytest.raises(KeyError):
        async with within(Latency(latency_ms=60), port):
            raise KeyError
    assert port.calls[-1] == (0, "remove_toxic", "squall_latency_downstream")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(Latency(latency_ms=60), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_latency_downstream")


@pytest.mark.parametrize("latency_ms", [0, -1, 60_001, 1.5, "60", True])
def test_a_delay_that_no_network_has_is_refused(latency_ms: Any) -> None:
    with pytest.raises(InvalidFault, match="latency_ms must be a whole number from 1 to 60000"):
        Latency(latency_ms=latency_ms)


def test_a_delay_that_could_be_negative_is_refused() -> None:
    with pytest.raises(InvalidFault, match="jitter_ms must be a whole number from 0 to 5, got 6"):
        Latency(latency_ms=5, jitter_ms=6)
