"""Odd machines: each works, or says in one clear message with exit code 3 or 4 why it does not."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from squall.core.machine_errors import REMEDIES, describe_machine_error

SECONDS = 60


def squall(*words: str, home: Path, flags: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run the command; its exit code and everything that it said."""
    done = subprocess.run(
        [sys.executable, *flags, "-m", "squall.cli", *words],
        cwd=home, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_an_optimizing_python_leaves_nothing_out(tmp_path: Path) -> None:
    """``assert`` would be left out: the lies without a lab are noticed all the same."""
    code, said = squall("selftest", "--quick", home=tmp_path, flags=("-O",))
    assert code == 0, said


@pytest.mark.parametrize("place", ["/proc/out", "/dev/null/out"])
def test_a_run_directory_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    code, said = squall("demo", "--only", "slow-network", "--output", place, home=tmp_path)
    assert code in (3, 4), said
    assert place in said
    assert "internal error" not in said


@pytest.mark.parametrize("number", sorted(REMEDIES), ids=lambda number: errno.errorcode[number])
def test_what_a_machine_refuses_has_place_and_next_step(number: int) -> None:
    told = describe_machine_error(OSError(number, "Refused", "x" * 70_000))
    assert told.startswith("xxx")
    assert told.endswith(REMEDIES[number])
    assert len(told) < 400


def test_another_error_is_not_explained_away() -> None:
    assert describe_machine_error(OSError("odd")) == ""
    assert describe_machine_error(OSError(errno.EBADMSG, "Bad message")) == ""


def unnamed(*words: str, home: Path) -> tuple[int, str]:
    """Run the command as an account without a name and without a home, as some containers do."""
    command = ["unshare", "--user", "--map-user=54321", "--map-group=54321", sys.executable]
    kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME")}
    kept["TMPDIR"] = str(home)  # its cache lies there, and belongs to whoever runs the test
    done = subprocess.run(
        [*command, "-m", "squall.cli", *words],
        cwd=home, env=kept, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    if "unshare" in done.stderr:
        pytest.skip(f"no user namespaces here: {done.stderr.strip()}")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux's")
def test_an_account_without_a_name_and_a_home_is_told_what_it_lacks(tmp_path: Path) -> None:
    code, said = unnamed("doctor", home=tmp_path)
    assert code == 3, said
    assert "the account 54321 has no name" in said
    assert "internal error" not in said
    code, said = unnamed("demo", "--only", "slow-network", home=tmp_path)
    assert code == 3, said
    assert "squall: the account 54321 has no name" in said
    assert "internal error" not in said
