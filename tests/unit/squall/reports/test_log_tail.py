"""A log is read on from where it was read to; one that began again, from its start."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.reports.log_tail import LogTail


def test_each_part_is_read_once(tmp_path: Path) -> None:
    log, tail = tmp_path / "log", LogTail()
    log.write_bytes(b"one\n")
    assert tail.read_new(log) == "one\n"
    with log.open("ab") as file:
        file.write(b"two \xff\n")
    assert [tail.read_new(log), tail.read_new(log)] == ["two \ufffd\n", ""]


def test_a_log_that_began_again_is_read_from_its_start(tmp_path: Path) -> None:
    log, tail = tmp_path / "log", LogTail()
    log.write_text("long ago\n")
    tail.read_new(log)
    log.write_text("new\n")
    assert tail.read_new(log) == "new\n"


def test_of_a_long_log_the_end_is_read_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    log, tail = tmp_path / "log", LogTail()
    log.write_text("0123456789")
    assert [tail.read_new(log, 3), tail.read_new(log, 3)] == ["789", ""]


def test_a_log_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LogTail().read_new(tmp_path / "none")
