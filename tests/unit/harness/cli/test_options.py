"""Options: which outages, which app, which directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import REFERENCE, Scenario
from harness.cli.options import output_of, profile_of, seed_of
from harness.core.errors import UsageError
from harness.scenario.choice import chosen

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
    assert [scenario.name for scenario in chosen(OUTAGES, only)] == names


def test_a_word_that_fits_nothing_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"--only netwrok: .* did you mean network\?"):
        chosen(OUTAGES, ["slow", "netwrok"])


@pytest.mark.parametrize("app", ["pkg.main:app", "serve --port {port}", "serve:{port}"])
def test_another_app_keeps_the_promises_of_the_reference(app: str) -> None:
    profile = profile_of(app, factory=True)
    assert (profile.target, profile.factory, profile.name) == (app, True, app)
    assert (profile.operations, profile.contract) == (REFERENCE.operations, REFERENCE.contract)


@pytest.mark.parametrize("app", ["", "pkg.main", "serve --port 80", "a b:c"])
def test_what_is_no_app_is_refused(app: str) -> None:
    with pytest.raises(UsageError, match="give an import string"):
        profile_of(app, factory=False)


def test_no_app_is_the_reference() -> None:
    assert profile_of(None, factory=False) is REFERENCE


def test_a_chosen_seed_is_kept_even_zero() -> None:
    assert (seed_of(0), seed_of(7)) == (0, 7)
    assert seed_of(None) != seed_of(None)


def test_a_run_directory_is_the_chosen_one_or_named_by_the_time() -> None:
    assert output_of(Path("here")) == Path("here")
    assert output_of(None).parent == Path(".squall/runs")
