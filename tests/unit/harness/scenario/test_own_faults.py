"""Faults of one's own: named in the configuration, registered by their import."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import UsageError
from harness.pytest_faults import names_faults
from harness.scenario import own_faults
from harness.scenario.config import configured


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
    own_faults.load(project(tmp_path, 'faults = ["rain_one"]', rain_one="FELL = True\n"))
    assert sys.modules["rain_one"].FELL


def test_a_table_of_faults_alone_tells_of_no_app(tmp_path: Path) -> None:
    assert configured(project(tmp_path, 'faults = ["rain"]')) is None


@pytest.mark.parametrize("text", ["", "[tool.other]\nfaults = ['rain']\n"])
def test_without_the_key_nothing_happens(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    before = list(sys.path)
    own_faults.load(tmp_path)
    assert sys.path == before
    assert not names_faults(tmp_path)


def test_pytest_sees_the_key(tmp_path: Path) -> None:
    assert not names_faults(tmp_path)
    assert names_faults(project(tmp_path, 'faults = ["rain"]'))


@pytest.mark.parametrize(
    ("table", "modules", "told"),
    [
        ('faults = "rain"', {}, r"pyproject.toml:5: .*faults must be a list of modules .*'rain'"),
        ('faults = ["rain_gone"]', {}, r"rain_gone cannot be imported: ModuleNotFoundError"),
        ('faults = ["rain_bad"]', {"rain_bad": "1 / 0\n"}, r"rain_bad .*ZeroDivisionError: div"),
    ],
)
def test_what_cannot_be_imported_is_told(
    tmp_path: Path, table: str, modules: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        own_faults.load(project(tmp_path, table, **modules))
