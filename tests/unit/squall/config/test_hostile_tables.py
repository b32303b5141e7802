"""A pyproject.toml that is broken in any way gives one message with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from squall.config.pyproject import load_profile
from squall.core.errors import UsageError

HEAD = "[tool.squall]\napp = 'x:y'\n"
OPERATION = "[[tool.squall.operations]]\nname = 'x'\nmethod = 'GET'\neffect = 'read'\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tool = 1", "tool must be a table"),
        ("[tool]\nsquall = 1", "tool.squall must be a table"),
        ("x = " + "[" * 5000, "is not TOML"),
        ("x = '" + "a" * (1 << 20) + "'", "is larger than 1,024 KiB"),
        (HEAD + OPERATION + "path = '/{int:5..1}'", "the first number is larger"),
        (
            HEAD + OPERATION + "path = '/{int:1-90}'",
            "{int:1-90}: not a range of integers; write {int:1..10}",
        ),
        (HEAD + OPERATION + "path = '/x'\nbody = {n = '{int:1..}'}", "{int:1..}: not a range"),
        (HEAD + OPERATION + "path = '/x'\nbodies = 0", "bodies must be"),
        (HEAD + OPERATION + "path = '/x'\nread_back_share = nan", "read_back_share must be"),
        (HEAD + OPERATION + "path = '/x'\nmedia = 'xml'", "media must be"),
        (HEAD + "parameters = {organization = 1}", "parameters must be"),
        (HEAD + "deadline_seconds = nan", "deadline_seconds must be"),
        (HEAD + "[[tool.squall.login]]\npath = 1", "login: path must be"),
        (HEAD + "login = 1", "login must be"),
    ],
)
def test_a_broken_table_is_refused_with_one_message(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=told):
        load_profile(tmp_path)


def test_a_fifo_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    with pytest.raises(UsageError, match="is not a regular file"):
        load_profile(tmp_path)
