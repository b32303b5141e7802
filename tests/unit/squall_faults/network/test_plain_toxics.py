"""Faults that are one toxic: it is added, what passed is the bite, and it is removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from squall_faults import (
    AcceptAndClose,
    AcceptSilence,
    Bandwidth,
    Fault,
    InjectionFailed,
    InvalidFault,
    LimitData,
    Slicer,
    SlowClose,
    within,
)
from squall_faults.ports import Target

BYTES_UP, BYTES_DOWN, CAME, ENDED = 7, 500, 3, 4
NEW = Target(scope="new")


class Plain(NamedTuple):
    """A fault, the toxic that it is to the engine, and its bite."""

    fault: Fault
    toxic: tuple[Any, ...]
    bites: int
    what: str


PLAIN = [
    Plain(
        AcceptAndClose(),
        ("squall_timeout_upstream", "timeout", "upstream", {"timeout": 1}),
        ENDED,
        "connections hung up",
    ),
    Plain(
        AcceptSilence(),
        ("squall_timeout_upstream", "timeout", "upstream", {"timeout": 0}, NEW),
        CAME,
        "connections left unanswered",
    ),
    Plain(
        Bandwidth(rate_kb_per_s=8),
        ("squall_bandwidth_downstream", "bandwidth", "downstream", {"rate": 8}),
        BYTES_DOWN,
        "bytes throttled",
    ),
    Plain(
        Bandwidth(rate_kb_per_s=1, direction="upstream"),
        ("squall_bandwidth_upstream", "bandwidth", "upstream", {"rate": 1}),
        BYTES_UP,
        "bytes throttled",
    ),
    Plain(
        LimitData(max_bytes=100),
        ("squall_limit_data_downstream", "limit_data", "downstream", {"bytes": 100}),
        ENDED,
        "connections cut",
    ),
    Plain(
        Slicer(average_bytes=10, variation_bytes=4, delay_us=50),
        (
            "squall_slicer_downstream",
            "slicer",
            "downstream",
            {"average_size": 10, "size_variation": 4, "delay": 50},
        ),
        BYTES_DOWN,
        "bytes sliced",
    ),
    Plain(
        SlowClose(delay_ms=30),
        ("squall_slow_close_downstream", "slow_close", "downstream", {"delay": 30}),
        ENDED,
        "connections closed late",
    ),
]
each = pytest.mark.parametrize("plain", PLAIN, ids=lambda plain: repr(plain.fault))


@each
async def test_the_timeline_of_calls(stub: Any, plain: Plain) -> None:
    port = stub()
    async with within(plain.fault, port) as injection:
        port.clock.advance(2)
        port.passes(up=BYTES_UP, down=BYTES_DOWN, accepted=CAME, open=CAME - ENDED)
        bite = await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        (0, "add_toxic", *plain.toxic),
        (2, "traffic"),
        (2, "remove_toxic", plain.toxic[0]),
    ]
    assert (bite.count, bite.what) == (plain.bites, plain.what)


@each
async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(
    stub: Any, plain: Plain
) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(plain.fault, port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", plain.toxic[0])


@pytest.mark.parametrize(
    ("make", "wrong", "words"),
    [
        (AcceptAndClose, {"proxy": "Redis!"}, "proxy must be postgres, app or the name"),
        (AcceptSilence, {"proxy": "Redis!"}, "proxy must be postgres, app or the name"),
        (Bandwidth, {"rate_kb_per_s": 0}, "rate_kb_per_s must be a whole number from 1"),
        (Bandwidth, {"rate_kb_per_s": 1, "direction": "both"}, "direction must be one of"),
        (LimitData, {"max_bytes": -1}, "max_bytes must be a whole number from 0"),
        (LimitData, {"max_bytes": 1, "proxy": "Redis!"}, "proxy must be"),
        (Slicer, {"average_bytes": 0}, "average_bytes must be a whole number from 1"),
        (Slicer, {"average_bytes": 5, "variation_bytes": 5}, "variation_bytes .* from 0 to 4"),
        (Slicer, {"average_bytes": 5, "delay_us": -1}, "delay_us must be a whole number from 0"),
        (SlowClose, {"delay_ms": 0}, "delay_ms must be a whole number from 1 to 60000"),
        (SlowClose, {"delay_ms": 1, "scope": "old"}, "scope must be one of"),
    ],
)
def test_an_impossible_value_is_refused(
    make: Callable[..., Fault], wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidFault, match=words):
        make(**wrong)
