"""The other commit lies in a private directory, and nothing of it stays, however the block ends."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from squall.comparing import git_checkout
from squall.comparing.git_checkout import check_out, open_repository
from squall.core.errors import LabError, UsageError

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where private directories are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    return place


async def test_the_checkout_has_the_other_commits_files(project: Path, git: Git) -> None:
    repository = open_repository(project, "old")
    assert (repository.here, repository.against) == (
        git("rev-parse", "HEAD"),
        git("rev-parse", "old"),
    )
    assert not repository.changed
    async with check_out(repository) as checkout:
        assert (checkout.root / "shop/main.py").read_text() == "app = 'old'\n"
        assert checkout.root.parent.stat().st_mode & 0o777 == 0o700
        assert checkout.place_of(project / "shop") == checkout.root / "shop"
        assert checkout.place_of(project.parent) is None
    assert (project / "shop/main.py").read_text() == "app = 'new'\n"


def nothing_stays(temporary: Path, git: Git) -> bool:
    return list(temporary.iterdir()) == [] and len(git("worktree", "list").splitlines()) == 1


async def test_nothing_stays_after_the_block(project: Path, git: Git, temporary: Path) -> None:
    async with check_out(open_repository(project, "old")):
        assert not nothing_stays(temporary, git)
    assert nothing_stays(temporary, git)


async def test_nothing_stays_after_an_error(project: Path, git: Git, temporary: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with check_out(open_repository(project, "old")):
            raise ZeroDivisionError
    assert nothing_stays(temporary, git)


async def test_nothing_stays_after_an_interruption(
    project: Path, git: Git, temporary: Path
) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with check_out(open_repository(project, "old")):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert nothing_stays(temporary, git)


KILLED = """
import asyncio, sys
from pathlib import Path
from squall.comparing.git_checkout import check_out, open_repository

async def hold():
    async with check_out(open_repository(Path(sys.argv[1]), "old")):
        print("inside", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


def test_the_files_do_not_stay_when_the_harness_is_killed(project: Path, temporary: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(project)], env=environment, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        assert list(temporary.glob("squall-commit-*/checkout/shop"))
        child.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 20
    while list(temporary.glob("squall-commit-*")) and time.monotonic() < ends:
        time.sleep(0.05)
    assert list(temporary.glob("squall-commit-*")) == []


async def test_an_abandoned_entry_is_removed_by_the_next_checkout_and_no_other_one(
    project: Path, git: Git, temporary: Path
) -> None:
    for name in ("squall-commit-killed/checkout", "mine-on-a-disk-that-is-away"):
        git("worktree", "add", "-q", "--detach", str(temporary / name), "old")
        shutil.rmtree(temporary / name)
    (temporary / "squall-commit-killed").rmdir()
    async with check_out(open_repository(project, "old")):
        pass
    left = [line.split()[0] for line in git("worktree", "list").splitlines()]
    assert left == [str(project), str(temporary / "mine-on-a-disk-that-is-away")]


async def test_no_hook_of_the_repository_runs(project: Path, temporary: Path) -> None:
    hook = project / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {temporary.parent}/ran\n")
    hook.chmod(0o755)
    async with check_out(open_repository(project, "old")):
        pass
    assert not (temporary.parent / "ran").exists()


async def test_squall_may_be_started_by_a_hook(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    async with check_out(open_repository(project, "old")) as checkout:
        assert (checkout.root / "shop").is_dir()


def test_changes_that_are_not_committed_are_noticed(project: Path) -> None:
    assert open_repository(project, "HEAD").identical
    (project / "shop/main.py").write_text("app = 'newer'\n")
    assert open_repository(project, "HEAD").changed
    assert not open_repository(project, "HEAD").identical


@pytest.mark.parametrize("ref", ["origin/main", "--help", "-x", "HEAD:shop", ""])
def test_what_names_no_commit_is_refused_with_the_next_step(project: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="there is no such commit here; fetch it first"):
        open_repository(project, ref)


def test_a_directory_without_a_repository_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="is in no git repository"):
        open_repository(tmp_path, "main")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="--against needs git"):
        open_repository(tmp_path, "main")


async def test_a_checkout_that_git_refuses_is_a_lab_error(
    project: Path, git: Git, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = open_repository(project, "old")

    def refuse(*_given: object) -> None:
        raise git_checkout.GitFailed("No space left on device")

    monkeypatch.setattr(git_checkout, "_add", refuse)
    with pytest.raises(LabError, match=r"git cannot check out .*: No space left on device"):
        async with check_out(repository):
            pass
    assert nothing_stays(temporary, git)
