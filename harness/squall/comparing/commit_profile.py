"""The app of another commit: the configuration of this directory, with the files of the checkout.

Both apps are started by the same ``[tool.squall]`` and get the same requests; else two loads would
be compared. What is installed in the app's environment serves both. An app that is installed there
in editable form would be imported from the working tree, whatever is checked out: its folders are
mapped to the checkout, and where the module would come from is verified before anything runs.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

from squall.comparing.git_checkout import Checkout
from squall.config.interpreter import shadowing_names
from squall.config.profile import AppProfile
from squall.core.errors import UsageError

ASK_SECONDS = 30.0
ENVIRONMENTS = frozenset({"site-packages", "dist-packages"})

PATHS = "import json, sys; print(json.dumps(sys.path))"
ORIGIN = """
import importlib.util, json, sys
sys.path[:0] = sys.argv[2:]
found = importlib.util.find_spec(sys.argv[1])
places = [] if found is None else [found.origin, *(found.submodule_search_locations or ())]
print(json.dumps([str(one) for one in places if one and one != "namespace"]))
"""


def profile_of(checkout: Checkout, profile: AppProfile) -> AppProfile:
    """The profile for the other commit's app.

    Raises:
        UsageError: its directory is not of this repository, or not of that commit; or its module
            would be imported from elsewhere, so that one commit would be compared with itself.
    """
    directory = _directory(checkout, profile)
    folders = _module_folders(checkout, profile, directory)
    moved = dataclasses.replace(profile, cwd=directory, module_folders=tuple(folders))
    _verify_origin(checkout, moved)
    return moved


def _directory(checkout: Checkout, profile: AppProfile) -> Path | None:
    if profile.cwd is None:
        return None
    there, commit = checkout.place_of(profile.cwd), checkout.repository.against[:12]
    if there is None:
        root = checkout.repository.root
        raise UsageError(f"the app's directory {profile.cwd} is not in the repository {root}")
    if not there.is_dir():
        raise UsageError(f"commit {commit} has no directory {there.relative_to(checkout.root)}")
    return there


def _module_folders(checkout: Checkout, profile: AppProfile, directory: Path | None) -> list[Path]:
    """What must come first on the module path: the app's directory, then the mapped folders."""
    known = [Path(entry) for entry in _ask(profile, PATHS) if entry]
    mapped = [
        there for one in known
        if not ENVIRONMENTS & set(one.parts) and (there := checkout.place_of(one)) is not None
        and there.is_dir()
    ]  # fmt: skip
    first = [] if directory is None else [directory]
    return [
        one for one in dict.fromkeys([*first, *mapped]) if not shadowing_names(one, profile.python)
    ]


def _verify_origin(checkout: Checkout, profile: AppProfile) -> None:
    """Whether the other commit's module is the one that would be imported."""
    if " " in profile.app or ":" not in profile.app:
        return  # a command of the app's own: what it imports, it alone knows
    module = profile.app.partition(":")[0].partition(".")[0]
    directory = profile.cwd
    # As the server looks for an app: its directory, then the module path.
    places = [] if directory is None else [str(directory), str(directory / "src")]
    found = _ask(profile, ORIGIN, module, *places)
    commit = checkout.repository.against[:12]
    if not found:
        raise UsageError(f"commit {commit} has no module {module!r}: there is nothing to compare")
    if not any(Path(one).resolve().is_relative_to(checkout.root) for one in found):
        raise UsageError(
            f"the module {module!r} of commit {commit} would be imported from {found[0]}, which is"
            " no part of the checkout\n  both commits would run the same code: install the app in"
            " editable form (pip install -e .), or not at all"
        )


def _ask(profile: AppProfile, program: str, *words: str) -> list[str]:
    """What the app's interpreter prints, as JSON; no module of the project can shadow its own."""
    python = str(profile.python or sys.executable)
    path = os.pathsep.join(map(str, profile.module_folders)) or os.environ.get("PYTHONPATH", "")
    own = profile.environment.get("PYTHONPATH", path)
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter of the app
            [python, "-c", program, *words], cwd="/",
            env={**os.environ, "PYTHONPATH": own}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=ASK_SECONDS, check=True,
        )  # fmt: skip
        found: list[str] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UsageError(f"the app's interpreter {python} cannot be asked: {error}") from error
    return found
