"""Nothing that a run directory names is started: it may be the artefact of anybody's fork."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import UsageError
from squall.reports.run_store import open_runs, options_of
from squall.reports.stored_options import replayed_options

HERE = replace(REFERENCE, name="shop", app="shop:app", setup=("alembic upgrade head",))
FILE = Path("run.json")
HOSTILE = {
    "python": "/srv/evil/python", "cwd": "/srv/evil", "setup": ["touch /srv/owned"],
    "seed_commands": ["touch /srv/owned"], "environment": {"LD_PRELOAD": "/srv/evil.so"},
    "processes": [{"name": "w", "command": "touch /srv/owned"}], "headers": {"X": "y"},
    "database": "postgresql://evil@example.com/x", "plugins": ["evil"], "factory": True,
}  # fmt: skip


def plain(**changes: Any) -> dict[str, Any]:
    return {"engine": "embedded", "provider": "process", "app": "shop:app", "seed": 5, **changes}


def test_only_seed_engine_and_provider_come_from_the_file() -> None:
    options = replayed_options(plain(**HOSTILE), HERE, 9, FILE)
    assert options.profile is HERE
    assert (options.seed, options.engine, options.provider) == (5, "embedded", "process")
    assert "evil" not in repr(options)
    assert "owned" not in repr(options)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"app": "evil:app"}, "nothing that a run directory names is started"),
        ({"app": "touch owned {port}"}, "nothing that a run directory names is started"),
        ({"app": None}, "nothing that a run directory names is started"),
        ({"engine": "/srv/evil/engine"}, "are not those of a lab that can be started"),
        ({"engine": ["embedded"]}, "are not those of a lab that can be started"),
        ({"provider": "attached"}, "are not those of a lab that can be started"),
        ({"attached": True}, "the app ran already"),
    ],
    ids=str,
)
def test_what_would_start_something_else_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        replayed_options(plain(**changes), HERE, 9, FILE)


@pytest.mark.parametrize("seed", [-1, 2**40, "5", True, None, 5.0, [5]])
def test_an_odd_seed_is_that_of_the_run(seed: object) -> None:
    assert replayed_options(plain(seed=seed), HERE, 9, FILE).seed == 9


def test_a_stored_run_of_a_fork_is_refused_before_anything_starts(run: Any, stored: Any) -> None:
    home = stored(run(), app="evil:app", setup=("touch owned",))
    (one,) = open_runs(home)
    assert "owned" not in (one.path / "run.json").read_text()
    assert json.loads((one.path / "run.json").read_text())["options"]["app"] == "evil:app"
    with pytest.raises(UsageError, match=r"this run was of 'evil:app'.*here is 'shop:app'"):
        options_of(one, HERE)
