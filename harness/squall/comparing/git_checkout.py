"""Another commit of the repository, checked out in a private directory that does not stay.

    git worktree add --detach /tmp/squall-…/checkout COMMIT  ──▶ yield ──▶ removed

Nothing of the working tree is touched. A watchdog removes the directory also when this process is
killed; the entry in .git/worktrees that is then left is removed by the next command.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from squall.core.errors import LabError, UsageError
from squall.lab.providers.process.watchdog import Watchdog

GIT_SECONDS = 120.0
PREFIX = "squall-commit-"
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""A checkout for a measurement starts no program of the repository."""

HOOK_VARIABLES = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
})  # fmt: skip
"""What git sets for its hooks: Squall may be started by one, such as pre-push."""


class GitFailed(Exception):
    """A git command ended with an error; the text is its last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The repository of a directory, and the two commits that are compared."""

    root: Path
    here: str
    """The commit that is checked out."""
    changed: bool
    """Whether tracked files differ from it."""
    against: str
    here_time: str
    """When it was committed, ISO 8601."""

    @property
    def identical(self) -> bool:
        """Whether a commit is compared with itself."""
        return self.here == self.against and not self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The other commit's files."""

    root: Path
    repository: Repository

    def place_of(self, path: Path) -> Path | None:
        """Where a path of the repository lies in the checkout; None: it is not of the repository.

        Environments in the repository are not of it: git does not know them.
        """
        try:
            inside = path.resolve().relative_to(self.repository.root)
        except ValueError:
            return None
        return self.root / inside


def open_repository(directory: Path, ref: str) -> Repository:
    """The repository around ``directory``; ``ref`` is anything that names a commit.

    Raises:
        UsageError: there is no git, no repository, no such commit, or none is checked out.
    """
    if shutil.which("git") is None:
        raise UsageError("--against needs git; install it, such as: apt-get install git")
    try:
        root = Path(git(directory, "rev-parse", "--show-toplevel")).resolve()
    except GitFailed as error:
        raise UsageError(f"--against {ref}: {directory} is in no git repository: {error}") from None
    try:
        against = _commit(root, ref)
    except GitFailed:
        raise UsageError(
            f"--against {ref}: there is no such commit here; fetch it first: git fetch origin"
            " (a shallow clone has the newest commit only: git fetch --unshallow)"
        ) from None
    try:
        here, at = _commit(root, "HEAD"), git(root, "show", "-s", "--format=%cI", "HEAD")
        changed = bool(git(root, "status", "--porcelain", "--untracked-files=no"))
    except GitFailed as error:
        raise UsageError(f"--against {ref}: this directory has no commit yet: {error}") from None
    return Repository(root=root, here=here, changed=changed, against=against, here_time=at)


def _commit(root: Path, ref: str) -> str:
    return git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")


@asynccontextmanager
async def check_out(repository: Repository) -> AsyncIterator[Checkout]:
    """The other commit's files for the length of the block; afterwards nothing of them is left.

    Raises:
        LabError: git cannot check them out; the message has its reason.
    """
    watchdog = Watchdog()
    home = _private_directory()
    try:
        watchdog.watch_directory(home)
        root = home / "checkout"
        try:
            await asyncio.to_thread(_add, repository, root)
        except GitFailed as error:
            commit = repository.against[:12]
            raise LabError(f"git cannot check out {commit} in {home}: {error}") from None
        yield Checkout(root=root, repository=repository)
    finally:
        _remove(repository, home)
        watchdog.forget_directory(home)
        await watchdog.close()


def _private_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()


def _add(repository: Repository, root: Path) -> None:
    for abandoned in _abandoned(repository.root):
        git(repository.root, "worktree", "remove", "--force", abandoned)
    git(repository.root, "worktree", "add", "--detach", str(root), repository.against)


def _abandoned(root: Path) -> list[str]:
    """Entries of checkouts of ours that are gone; a worktree of the user's own is left alone."""
    lines = git(root, "worktree", "list", "--porcelain").splitlines()
    paths = [line.removeprefix("worktree ") for line in lines if line.startswith("worktree ")]
    return [
        path for path in paths
        if Path(path).parent.name.startswith(PREFIX) and not Path(path).exists()
    ]  # fmt: skip


def _remove(repository: Repository, home: Path) -> None:
    """Without a thread, so that an interruption cannot come between."""
    try:
        git(repository.root, "worktree", "remove", "--force", str(home / "checkout"))
    except GitFailed:
        pass  # it was not made, or the next command removes its entry
    finally:
        shutil.rmtree(home, ignore_errors=True)


def git(directory: Path, *words: str) -> str:
    """What a git command prints, without the last newline.

    Raises:
        GitFailed: it ended with an error, or took too long.
    """
    environment = {name: text for name, text in os.environ.items() if name not in HOOK_VARIABLES}
    try:
        done = subprocess.run(  # noqa: S603 - git, with our own words
            ["git", *NO_HOOKS, *words],  # noqa: S607 - the git that the user has
            cwd=directory, env={**environment, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=GIT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitFailed(str(error)) from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise GitFailed(said[-1] if said else f"git {words[0]} ended with {done.returncode}")
    return done.stdout.rstrip("\n")
