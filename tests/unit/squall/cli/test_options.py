"""Options: which outages, which app, which directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall import REFERENCE, Scenario
from squall.cli.options import output_of, seed_of
from squall.config.dependencies import dependency_problems, worker_problems
from squall.config.profile import DEFAULT_CONTRACT
from squall.config.resolve_profile import resolve_profile
from squall.core.errors import UsageError
from squall.scenario.selection import select

OUTAGES = [
    Scenario(name="slow", story="x", steps=(), tags=frozenset({"network", "smoke"})),
    Scenario(name="crash", story="x", steps=(), tags=frozenset({"database", "smoke"})),
    Scenario(name="stall", story="x", steps=(), tags=frozenset({"network"})),
]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ([], ["slow", "crash", "stall"]),
        (["crash"], ["crash"]),
        (["smoke"], ["slow", "crash"]),
        (["stall", "database"], ["crash", "stall"]),
        (["slow", "network"], ["slow", "stall"]),
    ],
)
def test_names_and_tags_choose_outages_in_order_and_once(only: list[str], names: list[str]) -> None:
    assert [scenario.name for scenario in select(OUTAGES, only)] == names


def test_a_word_that_fits_nothing_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"--only netwrok: .* did you mean network\?"):
        select(OUTAGES, ["slow", "netwrok"])


TABLE = """
[tool.squall]
app = "shop.main:app"
database_env = {SHOP_DB = "{url}"}
deadline_seconds = 2.0
"""


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(TABLE)
    return tmp_path


@pytest.mark.parametrize("app", ["pkg.main:app", "serve --port {port}", "serve:{port}"])
def test_another_target_keeps_what_is_configured(app: str, configured: Path) -> None:
    profile = resolve_profile(configured, app, factory=True)
    assert (profile.app, profile.factory, profile.name) == (app, True, app)
    assert profile.database_env == {"SHOP_DB": "{url}"}
    assert profile.contract.deadline_seconds == 2


def test_a_target_alone_needs_no_configuration(tmp_path: Path) -> None:
    profile = resolve_profile(tmp_path, "pkg.main:app")
    assert (profile.app, profile.cwd) == ("pkg.main:app", tmp_path.resolve())
    assert (profile.operations, profile.contract) == ((), DEFAULT_CONTRACT)


@pytest.mark.parametrize("app", ["", "pkg.main", "serve --port 80", "a b:c", "http://x"])
def test_what_is_no_app_is_refused(app: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give an import string"):
        resolve_profile(tmp_path, app)


def test_the_reference_app_is_meant_by_its_name_only(configured: Path, tmp_path: Path) -> None:
    assert resolve_profile(configured, "reference") is REFERENCE
    assert resolve_profile(configured).name == "shop.main:app"
    (tmp_path / "pyproject.toml").write_text('[tool.squall]\napp = "reference"\n')
    assert resolve_profile(tmp_path) == REFERENCE


def test_the_reference_app_with_services_has_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = resolve_profile(tmp_path, "reference-with-services")
    assert profile.app == REFERENCE.app
    assert profile.surroundings == {"redis", "http", "workers"}
    assert [*dependency_problems(profile.dependencies), *worker_problems(profile.processes)] == []
    monkeypatch.setattr(
        "squall.config.resolve_profile.find_spec", lambda name: None if name == "redis" else name
    )
    with pytest.raises(UsageError, match=r"need redis: pip install 'squall\[reference-services"):
        resolve_profile(tmp_path, "reference-with-services")


@pytest.mark.parametrize("text", ["", "[tool.squall]\nplugins = ['x']\n"])
def test_nothing_configured_says_what_to_run(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match=r"run `squall init`(.|\n)*run `squall demo`"):
        resolve_profile(tmp_path)


def test_a_chosen_seed_is_kept_even_zero() -> None:
    assert (seed_of(0), seed_of(7)) == (0, 7)
    assert seed_of(None) != seed_of(None)


def test_a_run_directory_is_the_chosen_one_or_named_by_the_time() -> None:
    assert output_of(Path("here")) == Path("here")
    assert output_of(None).parent == Path(".squall/runs")
