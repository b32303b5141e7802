"""A flood of equal lines becomes one line a second, with a count."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog
from squall_reference.observability import logs
from squall_reference.observability.logs import LogSampler


def test_one_line_a_second_for_each_kind(clock: Any) -> None:
    sampler = LogSampler(clock)
    seen = []
    for tenth in range(25):
        clock.now = tenth / 10
        seen.append(sampler.due("503"))
    assert [(at, n) for at, n in enumerate(seen) if n is not None] == [(0, 0), (10, 9), (20, 9)]
    assert sampler.due("504") == 0


def test_a_line_is_a_json_object_with_the_request_s_id(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    token = logs.request_id.set("abc")
    structlog.get_logger("orders").info("shipped", parcels=2)
    logs.request_id.reset(token)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp")
    assert line == {"event": "shipped", "parcels": 2, "level": "info", "request_id": "abc"}
    structlog.reset_defaults()
