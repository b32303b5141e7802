"""What ``squall init`` says of operations it cannot use, and of an app it cannot find."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.cli.init import left_out_lines
from squall.cli.main import squall
from squall.core.errors import UsageError


def test_reasons_are_grouped_and_the_most_usual_comes_first() -> None:
    left_out = {"GET /a/{id}": "no value", "GET /b/{id}": "no value", "POST /c": "500\nmore"}
    assert left_out_lines(left_out) == [
        "  3 are left out; `squall check` shows each",
        "  2 x no value",
        "  1 x 500",
    ]
    assert left_out_lines({}) == []


def test_a_script_without_a_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "start.py"
    script.write_text(
        "import uvicorn\nfrom parts import make\nif __name__ == '__main__':\n"
        "    uvicorn.run(make(1), port=8000)\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="starts a server, and no variable sets its port"):
        squall(["init", "--no-try"], standalone_mode=False)
    script.write_text("")
    with pytest.raises(UsageError, match="no FastAPI app was found"):
        squall(["init", "--no-try"], standalone_mode=False)
