"""A process is its number and its start: a number that is given again is another process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from squall.core import process_identity
from squall.core.process_identity import ProcessIdentity


def lives(process: ProcessIdentity) -> bool:
    """Asked each time: mypy takes a property for a value."""
    return process.alive


def test_this_process_is_alive() -> None:
    me = ProcessIdentity.own()
    assert me.alive
    assert me == ProcessIdentity.of(os.getpid())
    assert ProcessIdentity.from_plain(me.to_plain()) == me


def test_one_that_has_ended_is_not_even_before_it_is_reaped() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = ProcessIdentity.of(child.pid)
    assert lives(seen)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not lives(seen), "a zombie"
    child.communicate()
    assert not lives(seen)


def test_another_process_of_the_same_number_is_not_it() -> None:
    assert not ProcessIdentity(os.getpid(), "an earlier start").alive
    assert not ProcessIdentity(os.getpid(), "").alive


def test_without_proc_the_start_comes_from_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_identity, "BOOT", Path("/not/there"))
    me = ProcessIdentity.own()
    assert me.alive
    assert "/" not in me.started
