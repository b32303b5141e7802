"""The other commit's app is started from its own files, or the comparison is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from squall.comparing.commit_profile import profile_of
from squall.comparing.git_checkout import Checkout, check_out, open_repository
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.core.errors import UsageError
from squall.lab.endpoint import Endpoint
from squall.lab.factory import app_environment

Git = Callable[..., str]


def profile(cwd: Path | None, app: str = "shop.main:app", **more: object) -> AppProfile:
    base = AppProfile(name=app, app=app, cwd=cwd, contract=DEFAULT_CONTRACT)
    return replace(base, **more)  # type: ignore[arg-type] # fields of the profile


def imported(moved: AppProfile) -> str:
    """What the app's own process would import as ``shop.main``."""
    environment = app_environment(moved, "secret", Endpoint("127.0.0.1", 5432))
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import shop.main; print(shop.main.app)"],
        env={**os.environ, **environment}, cwd=moved.cwd, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


async def test_the_other_commits_module_is_imported(project: Path) -> None:
    assert imported(profile(project)) == "new"
    async with check_out(open_repository(project, "old")) as checkout:
        moved = profile_of(checkout, profile(project))
        assert moved.cwd == checkout.root
        assert imported(moved) == "old"


async def test_a_package_that_is_installed_in_editable_form_is_mapped(
    project: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("mv", "shop", "src-of-shop")
    (project / "lib").mkdir()
    git("mv", "src-of-shop", "lib/shop")
    git("commit", "-q", "-m", "A folder for modules")
    git("tag", "-f", "old")
    (project / "lib/shop/main.py").write_text("app = 'newer'\n")
    monkeypatch.setenv("PYTHONPATH", str(project / "lib"))  # as a .pth file does
    assert imported(profile(project)) == "newer"
    async with check_out(open_repository(project, "old")) as checkout:
        assert imported(profile_of(checkout, profile(project))) == "new"


async def test_an_app_of_a_folder_is_started_in_that_folder(project: Path, git: Git) -> None:
    (project / "api").mkdir()
    (project / "api/main.py").write_text("app = 'api'\n")
    git("add", ".")
    git("commit", "-q", "-m", "An API")
    async with check_out(open_repository(project, "HEAD")) as checkout:
        assert profile_of(checkout, profile(project / "api", "main:app")).cwd == (
            checkout.root / "api"
        )
    async with check_out(open_repository(project, "old")) as checkout:
        with pytest.raises(UsageError, match="has no directory api"):
            profile_of(checkout, profile(project / "api", "main:app"))


@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("json:app", "would be imported from .*both commits would run the same code"),
        ("basket.main:app", "has no module 'basket': there is nothing to compare"),
    ],
)
async def test_a_commit_is_never_compared_with_itself_in_silence(
    project: Path, app: str, message: str
) -> None:
    async with check_out(open_repository(project, "old")) as checkout:
        with pytest.raises(UsageError, match=f"(?s){message}"):
            profile_of(checkout, profile(project, app))


async def test_an_app_outside_the_repository_is_refused(project: Path, tmp_path: Path) -> None:
    async with check_out(open_repository(project, "old")) as checkout:
        with pytest.raises(UsageError, match="is not in the repository"):
            profile_of(checkout, profile(tmp_path))


async def test_a_module_of_the_project_cannot_shadow_what_is_asked(project: Path, git: Git) -> None:
    (project / "json.py").write_text("raise SystemExit('shadowed')\n")
    git("add", ".")
    git("commit", "-q", "-m", "A name that is taken")
    async with check_out(open_repository(project, "HEAD")) as checkout:
        moved = profile_of(checkout, profile(project))
        assert moved.module_folders == ()


async def test_a_command_is_started_in_the_checkout(project: Path) -> None:
    async with check_out(open_repository(project, "old")) as checkout:
        moved = profile_of(checkout, profile(project, "gunicorn -b 127.0.0.1:{port} shop.main"))
        assert moved.cwd == checkout.root


async def test_an_interpreter_that_cannot_be_asked_is_named(project: Path, tmp_path: Path) -> None:
    checkout = Checkout(root=project, repository=open_repository(project, "old"))
    with pytest.raises(UsageError, match=r"interpreter .*no-python cannot be asked"):
        profile_of(checkout, profile(project, python=tmp_path / "no-python"))
