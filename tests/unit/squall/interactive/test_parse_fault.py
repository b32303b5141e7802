"""Faults as they are typed: units, short names, and what is told about a slip."""

from __future__ import annotations

import pytest
from squall.interactive.parse_fault import duration, parse_fault
from squall_faults import (
    Bandwidth,
    Crash,
    ErrorReply,
    Fault,
    InvalidFault,
    Latency,
    LimitData,
    LoadSpike,
    Slicer,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2),
        ("300ms", 0.3),
        ("1.5m", 90),
        ("2 s", 2),
        (" 2s ", 2),
        ("4", 4),
        ("0.5", 0.5),
        ("0", 0),
    ],
)
def test_a_duration_has_a_unit_or_is_seconds(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "2h", "s", "-1", "-1s", "nan", "inf", "2s3", "1,5s"])
def test_what_is_no_duration_is_told_with_what_would_be_one(text: str) -> None:
    with pytest.raises(InvalidFault) as refused:
        duration(text)
    assert str(refused.value) == f"{text!r} is not a duration; write 2s, 300ms or 1m"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("database.crash", Crash()),
        ("network.latency latency_ms=300", Latency(latency_ms=300)),
        ("network.latency latency=300", Latency(latency_ms=300)),
        ("network.latency latency=300ms", Latency(latency_ms=300)),
        ("network.latency latency=0.3s", Latency(latency_ms=300)),
        ("network.latency latency=1.001s", Latency(latency_ms=1001)),
        ("network.latency latency=1m", Latency(latency_ms=60_000)),
        ("network.latency latency=2000us", Latency(latency_ms=2)),
        (
            "network.latency latency=300ms jitter=50ms proxy=app direction=upstream",
            Latency(latency_ms=300, jitter_ms=50, proxy="app", direction="upstream"),
        ),
        (
            "network.latency latency=1 scope=new connections=2 share=0.5",
            Latency(latency_ms=1, scope="new", connections=2, share=0.5),
        ),
        ("network.bandwidth rate=8", Bandwidth(rate_kb_per_s=8)),
        ("network.bandwidth rate=8KB/s", Bandwidth(rate_kb_per_s=8)),
        ("network.bandwidth rate=1.5MB/s", Bandwidth(rate_kb_per_s=1500)),
        ("network.limit_data max=2KB", LimitData(max_bytes=2000)),
        ("network.slicer average=20B delay=1ms", Slicer(average_bytes=20, delay_us=1000)),
        ("client.load_spike factor=2.5", LoadSpike(factor=2.5)),
        ("wire.error_reply sqlstate=53100", ErrorReply(sqlstate="53100")),
        ("wire.error_reply sqlstate=40P01 message=1", ErrorReply(sqlstate="40P01", message="1")),
        (
            "wire.error_reply sqlstate=40001 statement=a=b times=3",
            ErrorReply(sqlstate="40001", statement="a=b", times=3),
        ),
    ],
)
def test_what_is_typed_is_what_is_meant(typed: str, meant: Fault) -> None:
    key, *words = typed.split()
    assert parse_fault(key, words) == meant


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "network.latncy latency=1",
            "unknown fault 'network.latncy'; did you mean network.latency, ",
        ),
        ("latency", "unknown fault 'latency'; "),
        ("network.latency latency", "'latency': attributes are written name=value"),
        ("network.latency", "network.latency needs latency_ms"),
        ("network.latency latency=1 speed=3", "network.latency has no attribute 'speed'; it has: "),
        ("database.crash times=2", "database.crash has no attribute 'times'; it has: none"),
        ("network.latency latency=0", "latency_ms must be a whole number from 1 to 60000, got 0"),
        ("network.latency latency=-5ms", "from 1 to 60000, got '-5ms'"),
        ("network.latency latency=1h", "from 1 to 60000, got '1h'"),
        ("network.latency latency=1MB", "from 1 to 60000, got '1MB'"),
        ("network.latency latency=", "from 1 to 60000, got None"),
        ("network.latency latency=1.5ms", "from 1 to 60000, got 1.5"),
        ("network.latency latency=[1", "latency_ms=[1: the value cannot be read"),
        (
            "network.latency latency=1 proxy=Redis!",
            "proxy must be postgres, app or the name of a dependency, got 'Redis!'",
        ),
        ("wire.error_reply sqlstate=5310", "in quotes, got '5310'"),
    ],
)
def test_a_slip_is_told_with_the_value(typed: str, told: str) -> None:
    key, *words = typed.split()
    with pytest.raises(InvalidFault) as refused:
        parse_fault(key, words)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
