"""A pyproject.toml is loaded, or refused with its place: never a traceback, never a wait."""

from __future__ import annotations

import contextlib
import random
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from squall.config import pyproject
from squall.config.pyproject import load_profile
from squall.core.errors import UsageError

SLOWEST_SECONDS = 5.0
SEED = """
[project]
name = "shop"

[tool.squall]
app = "shop.main:app"
factory = true
ready = "/readyz"
live = "/livez"
writes = true
deadline_seconds = 1.5
error_statuses = [400, 404, 503]
database_env = {DATABASE_URL = "postgresql+asyncpg://{user}:{password}@{host}:{port}/{name}"}
setup = ["alembic upgrade head"]
parameters = {organization = "acme"}
written_keys = "SELECT key, count(*) FROM orders GROUP BY key"

[tool.squall.environment]
LEVEL = "debug"

[tool.squall.headers]
X-Key = "$KEY"

[[tool.squall.login]]
path = "/login"
form = {username = "a", password = "$PASSWORD"}
header = {Authorization = "Bearer {access_token}"}

[[tool.squall.operations]]
name = "read"
method = "GET"
path = "/items/{int:1..100}"
effect = "read"
weight = 3

[[tool.squall.operations]]
name = "order"
method = "POST"
path = "/orders"
effect = "idempotent-write"
body = {item = "{int:1..9}", deep = {list = [1, 2.5, "x"]}}
headers = {Idempotency-Key = "{key}"}

[tool.squall.skip]
disk-full = "we have no such disk"
"""
VALUES = [
    "1", "-1", "nan", "inf", "true", '""', '"x"', "[]", "{}", "[[]]", "{a = {b = 1}}", "1e999",
    "2020-01-01", "'''", '"\\u0000"', "[1, 'x', {}]", '"{int:9..1}"', '"{"', "99999999999999999999",
]  # fmt: skip


def mutated(mutations: Any, draws: random.Random) -> str:
    lines = SEED.split("\n")
    for _ in range(draws.randint(1, 3)):
        at = draws.randrange(len(lines))
        key, equals, _ = lines[at].partition(" = ")
        if equals:
            lines[at] = f"{key} = {draws.choice(VALUES)}"
    text = "\n".join(lines)
    return mutations.text(text, draws) if draws.random() < 0.3 else text


def check(message: str) -> None:
    assert "pyproject.toml" in message
    assert len(message) < 20_000


def fuzz(mutations: Any, home: Path, count: int, seed: int) -> tuple[int, int]:
    """How many were loaded and how many refused."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    loaded = refused = 0
    for number in range(count):
        text = mutated(mutations, draws)
        (home / "pyproject.toml").write_text(text, encoding="utf-8")
        began = time.process_time()
        try:
            load_profile(home)
            loaded += 1
        except UsageError as error:
            refused += 1
            check(str(error))
        except Exception as error:
            raise AssertionError(f"seed {seed}, number {number}:\n{text}") from error
        assert time.process_time() - began < SLOWEST_SECONDS, text
    return loaded, refused


def test_some_mutated_tables(mutations: Any, tmp_path: Path) -> None:
    loaded, refused = fuzz(mutations, tmp_path, 200, seed=9)
    assert loaded > 10, "the mutations are so rough that nothing is accepted"
    assert refused > 50


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_very_many_mutated_tables(mutations: Any, tmp_path: Path, seed: int, count: int) -> None:
    loaded, refused = fuzz(mutations, tmp_path, count, seed)
    print(f"{count} project tables: {loaded} loaded, {refused} refused")  # noqa: T201 - the note


def test_a_planted_bug_is_found(
    mutations: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that is taken apart before it is known to be a text."""
    real = pyproject.load_profile

    def careless(home: Path) -> Any:
        with contextlib.suppress(tomllib.TOMLDecodeError, KeyError):
            table = tomllib.loads((home / "pyproject.toml").read_text())["tool"]["squall"]
            assert [text.strip() for text in table["headers"].values()]
        return real(home)

    monkeypatch.setitem(globals(), "load_profile", careless)
    with pytest.raises(AssertionError, match="seed 9, number"):
        fuzz(mutations, tmp_path, 200, seed=9)
