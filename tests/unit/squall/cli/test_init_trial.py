"""Which drafts are tried, and which failure is told at the end."""

from __future__ import annotations

import asyncio

import pytest
from squall.cli import init_trial as module
from squall.cli.init_trial import DraftTrial, try_drafts
from squall.config.init.draft import Draft
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.errors import LabError

MIGRATED = Draft(app="a:b", setup=("alembic upgrade head", "python seed.py"))
PROFILE = AppProfile(name="a", app="a:b", contract=DEFAULT_CONTRACT)
SCREEN = "{first}\n  its words that matter:\n    {words}\n  next: {hint}"


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], str]:
    """What each set-up leads to; empty: it works."""
    known: dict[tuple[str, ...], str] = {}

    async def start(draft: Draft, _profile: AppProfile) -> DraftTrial:
        problem = known.get((*draft.setup, *draft.seed), "nothing was said")
        if problem:
            raise LabError(problem)
        return DraftTrial(draft=draft, operations=("GET /",))

    monkeypatch.setattr(module, "_try", start)
    return known


def tried(drafts: list[Draft], seconds: float = 60) -> tuple[DraftTrial, list[str]]:
    said: list[str] = []
    return try_drafts(drafts, lambda _: PROFILE, said.append, seconds), said


def test_the_failure_of_the_set_up_is_told_and_not_what_misses_its_tables(
    problems: dict[tuple[str, ...], str],
) -> None:
    own = "the setup 'alembic upgrade head' ended with 1\nextension hstore is not available"
    problems[MIGRATED.setup] = own
    problems["python seed.py",] = (
        "the setup 'python seed.py' ended with 1\nUndefinedTable: it does not exist"
    )
    trial, said = tried([MIGRATED])
    assert trial.problem == own
    assert len([line for line in said if line.startswith("trying")]) > 2


@pytest.mark.parametrize(
    ("words", "told"),
    [("ModuleNotFoundError: No module named 'a.users'", True), ("UndefinedTable: users", False)],
)
def test_an_app_that_cannot_be_imported_without_its_set_up_either_is_told(
    problems: dict[tuple[str, ...], str], words: str, told: bool
) -> None:
    own = "the setup 'alembic upgrade head' ended with 255"
    problems["alembic upgrade head",] = own
    problems[()] = SCREEN.format(first="the app a:b ended with 1", words=words, hint="look there")
    trial, _ = tried([Draft(app="a:b", setup=("alembic upgrade head",))])
    also = f"\n  without that the app does not start either: {words}" if told else ""
    assert trial.problem == own + also


def test_what_is_not_installed_ends_the_trial(problems: dict[tuple[str, ...], str]) -> None:
    missing = SCREEN.format(
        first="the app a:b ended with exit code 1", words="No module named 'shop'",
        hint="install the app's requirements there",
    )  # fmt: skip
    problems[()] = missing
    trial, said = tried([Draft(app="a:b"), Draft(app="c:d")])
    assert trial.problem == missing
    assert [line for line in said if line.startswith("trying")] == ["trying: a:b"]


def test_what_lies_in_another_folder_of_the_project_is_not_a_missing_package(
    problems: dict[tuple[str, ...], str],
) -> None:
    problems[()] = SCREEN.format(
        first="the app a:b ended with exit code 1", words="No module named 'shop'",
        hint="install the app's requirements there",
    )  # fmt: skip
    _, said = tried([Draft(app="a:b", directory="src/shop")])
    assert [line for line in said if line.startswith("trying")] == [
        "trying: a:b", "trying: a:b (imports start in shop/ and above it)",
    ]  # fmt: skip


def test_the_time_for_trying_ends_a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object) -> DraftTrial:
        await asyncio.sleep(100)
        return DraftTrial(draft=MIGRATED)

    monkeypatch.setattr(module, "_try", hang)
    trial, _ = tried([MIGRATED], 0.05)
    assert trial.problem.startswith("the time for trying is over")
