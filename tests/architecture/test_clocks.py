"""Time comes from the monotonic clock: wall clocks jump, and a verdict must not jump with them."""

from __future__ import annotations

import re

import pytest

WALL = re.compile(r"\btime\.time\(|\bdatetime\.(?:now|utcnow|today)\(|\bdate\.today\(")

FOR_PEOPLE = {
    "harness/squall/reports/retention.py": 1,
    "harness/squall/reports/run_directory.py": 1,
}
"""A run directory is named, and its pages are dated, by the time on people's wall; nothing is
measured with it."""


def test_no_source_reads_the_wall_clock(sources: dict[str, str]) -> None:
    found = {path: len(WALL.findall(text)) for path, text in sources.items() if WALL.search(text)}
    assert found == FOR_PEOPLE


@pytest.mark.parametrize("line", ["time.time()", "datetime.now(tz=UTC)", "datetime.utcnow()"])
def test_the_pattern_sees_wall_clocks(line: str) -> None:
    assert WALL.search(f"    at = {line}")
    assert not WALL.search("time.monotonic(); my_time.time_of(); loop.time()")
