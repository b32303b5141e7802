"""What a process does with SIGTERM, as the kernel tells it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from squall.lab.termination import sigterm_handling

STATUS = "Name:\tpython\nSigBlk:\t0000000000000000\nSigIgn:\t{:016x}\nSigCgt:\t{:016x}\n"
TERM, OTHER = 1 << 14, 1 << 1


@pytest.mark.parametrize(
    ("ignored", "caught", "handling"),
    [(0, TERM | OTHER, "caught"), (TERM, OTHER, "ignored"), (OTHER, OTHER, "default")],
)
def test_the_masks_of_the_kernel_tell(
    tmp_path: Path, ignored: int, caught: int, handling: str
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text(STATUS.format(ignored, caught))
    assert sigterm_handling(7, tmp_path) == handling


@pytest.mark.parametrize("text", [None, "", "SigIgn:\t0000000000000000\n", "SigIgn:\tx\n"])
def test_where_they_are_not_told_nothing_is_known(tmp_path: Path, text: str | None) -> None:
    (tmp_path / "7").mkdir()
    if text is not None:
        (tmp_path / "7" / "status").write_text(text)
    assert sigterm_handling(7, tmp_path) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="the masks are in /proc of Linux")
def test_this_process_is_read_as_it_is() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert sigterm_handling(os.getpid()) == "ignored"
        signal.signal(signal.SIGTERM, lambda *_: None)
        assert sigterm_handling(os.getpid()) == "caught"
    finally:
        signal.signal(signal.SIGTERM, before)
