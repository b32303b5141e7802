"""Sources of Python 3.12 to 3.14 are read by an older one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from squall.config.init.newer_syntax import parse_source
from squall.config.init.scan_source import scan_source

CLASS = "\nclass Settings(BaseSettings):\n    pepper: str\n"


@pytest.mark.parametrize(
    "newer",
    [
        "def load[E: BaseSettings](kind: type[E]) -> E:\n    return kind()",
        "class Box[T, *Ts](list[T]):\n    pass",
        "async def first[T: (int, dict[str, int])](rows: list[T]) -> T:\n    return rows[0]",
        "type Names = list[str]",
        "type Pairs[T] = dict[T, T]",
        "try:\n    pass\nexcept KeyError, ValueError:\n    pass",
        'row = {"a": 1}\ntext = f"{row["a"]}"',
        'def show(row):\n    return f"{row["a"]}"',
        'if f"{dict(a=1)["a"]}":\n    pass',
    ],
)
def test_what_is_newer_hides_nothing_else(newer: str) -> None:
    tree = parse_source(newer + CLASS)
    line = len(newer.split("\n")) + 1
    assert [(one.name, one.lineno) for one in tree.body if isinstance(one, ast.ClassDef)][-1] == (
        "Settings",
        line,
    )


@pytest.mark.parametrize(
    "text",
    ["}\n" * 20, "print 'a'\n" * 20, "import {{ cookiecutter.name }}\nX = 1", "def f(:\n"],
)
def test_what_is_no_source_stays_none(text: str) -> None:
    with pytest.raises(SyntaxError):
        parse_source(text)


def test_settings_in_a_newer_source_are_found(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\nfrom settings import load, Settings\napp = FastAPI()\n"
        "settings = load(Settings)\n"
    )
    (tmp_path / "settings.py").write_text(
        "from pydantic_settings import BaseSettings\n"
        f"def load[E: BaseSettings](kind: type[E]) -> E:\n    return kind(){CLASS}"
    )
    assert "PEPPER" in scan_source(tmp_path)[0].environment
