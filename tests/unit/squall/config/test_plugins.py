"""Plugins: named in the configuration or by an entry point, registered by their import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from squall import UsageError
from squall.config import plugins
from squall.config.pyproject import load_profile
from squall.pytest.register_plugins import names_plugins


@pytest.fixture(autouse=True)
def imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is imported here is forgotten."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("rain"):
            del sys.modules[name]


def project(directory: Path, table: str, **modules: str) -> Path:
    (directory / "pyproject.toml").write_text(f"[project]\nname = 'x'\n\n[tool.squall]\n{table}\n")
    for name, text in modules.items():
        (directory / f"{name}.py").write_text(text)
    return directory


def test_a_module_beside_the_file_is_imported(tmp_path: Path) -> None:
    plugins.load_plugins(project(tmp_path, 'plugins = ["rain_one"]', rain_one="FELL = True\n"))
    assert sys.modules["rain_one"].FELL


def test_a_table_of_plugins_alone_tells_of_no_app(tmp_path: Path) -> None:
    assert load_profile(project(tmp_path, 'plugins = ["rain"]')) is None


@pytest.mark.parametrize("text", ["", "[tool.other]\nplugins = ['rain']\n"])
def test_without_the_key_nothing_happens(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    before = list(sys.path)
    plugins.load_plugins(tmp_path)
    assert sys.path == before
    assert not names_plugins(tmp_path)


def test_pytest_sees_the_key(tmp_path: Path) -> None:
    assert not names_plugins(tmp_path)
    assert names_plugins(project(tmp_path, 'plugins = ["rain"]'))


@pytest.mark.parametrize(
    ("table", "modules", "told"),
    [
        ('plugins = "rain"', {}, r"pyproject.toml:5: .*plugins must be a list of modules .*'rain'"),
        ('plugins = ["rain_gone"]', {}, r"rain_gone cannot be imported: ModuleNotFoundError"),
        ('plugins = ["rain_bad"]', {"rain_bad": "1 / 0\n"}, r"rain_bad .*ZeroDivisionError: div"),
    ],
)
def test_what_cannot_be_imported_is_told(
    tmp_path: Path, table: str, modules: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        plugins.load_plugins(project(tmp_path, table, **modules))


def test_a_module_beside_the_plugins_shadows_nothing_of_ours(tmp_path: Path) -> None:
    """Squall imports aiohttp when a lab starts, after the plugins."""
    (tmp_path / "aiohttp.py").write_text("raise SystemExit(99)")
    (tmp_path / "ours.py").write_text("print('registered')")
    (tmp_path / "pyproject.toml").write_text("[tool.squall]\nplugins = ['ours']\n")
    program = (
        "from pathlib import Path\n"
        "from squall.config.plugins import load_plugins\n"
        "load_plugins(Path())\n"
        "import aiohttp\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "registered\n"), done.stderr
