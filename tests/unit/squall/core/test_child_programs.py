"""What our own child programs start with: nothing of the user's directory or shell gets in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from squall.config.interpreter import shadowing_names
from squall.core.child_programs import (
    SOURCE_ROOT,
    clean_environment,
    python_module,
    signal_child,
)


def test_variables_that_change_how_python_starts_are_not_handed_on() -> None:
    given = {"PYTHONPATH": "/x", "PYTHONINSPECT": "1", "PYTHONWARNINGS": "error", "HOME": "/h"}
    assert clean_environment(given) == {"HOME": "/h"}


def test_where_python_finds_its_own_packages_is_handed_on() -> None:
    given = {"PYTHONUSERBASE": "/base", "PYTHONHOME": "/home"}
    assert clean_environment(given) == given


def test_an_entry_that_squall_is_imported_from_stays() -> None:
    given = {"PYTHONPATH": os.pathsep.join(["/elsewhere", str(SOURCE_ROOT)])}
    assert clean_environment(given) == {"PYTHONPATH": str(SOURCE_ROOT)}


@pytest.mark.parametrize("name", ["types", "json", "squall", "click"])
def test_a_module_of_the_working_directory_shadows_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit(99)")
    plain = [sys.executable, "-m", name]
    assert subprocess.run(plain, cwd=tmp_path, check=False, timeout=20).returncode == 99
    done = subprocess.run(
        python_module("squall.cli", "--version"), cwd=tmp_path, env=clean_environment(),
        check=False, timeout=20,
    )  # fmt: skip
    assert done.returncode == 0


def test_modules_that_would_hide_others_are_named(tmp_path: Path) -> None:
    for name in ("types.py", "click.py", "shop.py"):
        (tmp_path / name).touch()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").touch()
    assert shadowing_names(tmp_path) == {"types", "click"}


@dataclass
class Seen:
    """A child as asyncio sees it until it has taken its exit code."""

    pid: int
    returncode: int | None = None


def test_a_signal_leaves_the_exit_code_to_whoever_watches_the_child() -> None:
    """A child that has just ended keeps its code until it is taken once."""
    pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", "exit 7"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    signal_child(Seen(pid), signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    signal_child(Seen(pid))  # it is gone
    signal_child(Seen(1, returncode=0))  # and not sent to what has ended
