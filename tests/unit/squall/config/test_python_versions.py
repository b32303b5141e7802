"""``--python 3.12``: the environment of this version in the project."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from squall.config.interpreter import find_interpreter
from squall.config.python_versions import VersionMissing, is_version

OWN = ".".join(map(str, sys.version_info[:2]))


def environment(home: Path, version: str, line: str = "version = {}.1") -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin/python").touch()
    (home / "pyvenv.cfg").write_text(f"home = /usr/bin\n{line.format(version)}\n")
    return home / "bin/python"


@pytest.mark.parametrize("place", [".venv", "venv-3.9", ".nox/tests-3-9", ".tox/py39"])
def test_environments_are_found_where_tools_make_them(tmp_path: Path, place: str) -> None:
    environment(tmp_path / ".venv-other", "3.10", "version_info = {}.4.final.0")
    python = environment(tmp_path / place, "3.9")
    assert find_interpreter(tmp_path, "3.9") == python
    assert find_interpreter(tmp_path, "3.10") == tmp_path / ".venv-other/bin/python"


def test_a_version_that_is_missing_is_named_with_the_command(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", "3.9")
    with pytest.raises(VersionMissing, match=r"there is 3\.9 .*python3\.10 -m venv \.venv-3\.10"):
        find_interpreter(tmp_path, "3.10")


def test_squalls_own_counts_where_the_project_has_none(tmp_path: Path) -> None:
    assert find_interpreter(tmp_path, OWN) is None


def test_squalls_own_does_not_stand_in_for_the_projects(tmp_path: Path) -> None:
    """The app's libraries are in the project's environment, not in Squall's."""
    environment(tmp_path / ".venv", "3.9")
    with pytest.raises(VersionMissing):
        find_interpreter(tmp_path, OWN)


def test_a_path_is_no_version() -> None:
    assert [is_version(word) for word in ("3.12", "3.9", "python3.12", "3", "./3.12")] == [
        True, True, False, False, False,
    ]  # fmt: skip
