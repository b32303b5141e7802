"""The app's own interpreter and its servers: found, named, never replaced in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.config.interpreter import describe_interpreter, find_interpreter, servers_of
from squall.core.errors import AppFailed
from squall.lab.providers.process.app_command import app_command


def environment(place: Path, *packages: str, version: str = "3.11.7") -> Path:
    (place / "bin").mkdir(parents=True)
    (place / "bin/python").touch()
    (place / "pyvenv.cfg").write_text(f"version = {version}\n")
    for package in packages:
        (place / "lib/python3.11/site-packages" / package).mkdir(parents=True)
    return place / "bin/python"


def test_the_environment_of_the_app_goes_before_that_of_the_project(tmp_path: Path) -> None:
    outer = environment(tmp_path / ".venv")
    assert find_interpreter(tmp_path, None, "backend") == outer
    inner = environment(tmp_path / "backend/venv")
    assert find_interpreter(tmp_path, None, "backend") == inner


def test_the_environment_of_a_workspace_lies_at_the_root_of_the_repository(tmp_path: Path) -> None:
    python = environment(tmp_path / "shop/.venv")
    inner = tmp_path / "shop/services/backend"
    inner.mkdir(parents=True)
    assert find_interpreter(inner) is None  # without a repository nothing says where to stop
    (tmp_path / "shop/services/.git").mkdir()
    assert find_interpreter(inner) is None
    (tmp_path / "shop/services/.git").rmdir()
    (tmp_path / "shop/.git").mkdir()
    assert find_interpreter(inner) == python


def test_the_activated_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environment(tmp_path / "elsewhere")
    (tmp_path / "app").mkdir()
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "elsewhere"))
    assert find_interpreter(tmp_path / "app") == python
    assert describe_interpreter(None).endswith("there is no other environment here)")


def command(python: Path, **changes: bool) -> list[str]:
    return app_command("shop.main:app", 8000, factory=changes.get("factory", False),
                       cwd=None, python=python)  # fmt: skip


@pytest.mark.parametrize(
    ("packages", "words"),
    [
        (("uvicorn", "granian"), "-P -m uvicorn shop.main:app --factory --app-dir ."),
        (("granian",), "-m granian shop.main:app --interface asgi"),
        (("hypercorn",), "-m hypercorn shop.main:app() --bind 127.0.0.1:8000"),
    ],
)
def test_an_import_string_is_run_by_the_server_of_its_environment(
    tmp_path: Path, packages: tuple[str, ...], words: str
) -> None:
    python = environment(tmp_path / ".venv", *packages)
    assert servers_of(python)[0] == packages[0]
    assert " ".join(command(python, factory=True)[1:]).startswith(words)


def test_an_environment_without_a_server_is_told(tmp_path: Path) -> None:
    python = environment(tmp_path / ".venv", "fastapi")
    with pytest.raises(AppFailed, match="none of the servers uvicorn, granian, hypercorn"):
        command(python)


def test_an_old_python_gets_no_option_that_it_does_not_know(tmp_path: Path) -> None:
    python = environment(tmp_path / ".venv", "uvicorn", version="3.9.2")
    assert command(python)[1:3] == ["-m", "uvicorn"]
