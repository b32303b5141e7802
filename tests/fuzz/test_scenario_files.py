"""A scenario file is loaded, or refused with its place: never a traceback, never a wait."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from squall.core.errors import UsageError
from squall.scenario.library import stock
from squall.scenario.yaml_dumper import dump
from squall.scenario.yaml_loader import load, loads

SLOWEST_SECONDS = 5.0
SEEDS = [dump(one) for one in stock()]


def check(message: str) -> None:
    lines = message.split("\n")
    assert all(line.startswith("x.yaml:") for line in lines), message
    assert len(message) < 20_000


def fuzz(mutations: Any, count: int, seed: int) -> tuple[int, int]:
    """How many were loaded and how many refused."""
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    loaded = refused = 0
    for number in range(count):
        text = mutations.text(draws.choice(SEEDS), draws)
        began = time.process_time()
        try:
            loads(text, file="x.yaml")
            loaded += 1
        except UsageError as error:
            refused += 1
            check(str(error))
        except Exception as error:
            raise AssertionError(f"seed {seed}, number {number}:\n{text}") from error
        assert time.process_time() - began < SLOWEST_SECONDS, text
    return loaded, refused


def test_some_mutated_files(mutations: Any) -> None:
    loaded, refused = fuzz(mutations, 300, seed=17)
    assert loaded > 10, "the mutations are so rough that nothing past the parser is reached"
    assert refused > 100


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_very_many_mutated_files(mutations: Any, seed: int, count: int) -> None:
    loaded, refused = fuzz(mutations, count, seed)
    print(f"{count} scenario files: {loaded} loaded, {refused} refused")  # noqa: T201 - the note


BILLION = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BILLION, "x:1: anchors and aliases"),
        ("name: !!python/name:os.system", "x:1: tags (!)"),
        ("a:\n  " + "[" * 5000, "x:2: is nested deeper than 20 levels"),
        ("a: " + "x" * 300_000, "is larger than 256 KiB"),
        ("? [1]\n: 2", "a list or a mapping for a name"),
    ],
)
def test_what_could_expand_is_refused_at_once(text: str, told: str) -> None:
    """A text that expands takes hours; the limit leaves room for coverage on a busy machine."""
    began = time.process_time()
    with pytest.raises(UsageError) as raised:
        loads(text, file="x")
    assert told in str(raised.value)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("kind", ["fifo", "directory", "device"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.squall.yaml"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="is not a regular file"):
        load(path)


def test_a_planted_bug_is_found(mutations: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is used before it is checked."""
    real = loads

    def careless(text: str, *, file: str) -> Any:
        scenario = real(text, file=file)
        return scenario, [1 / (step.lasting_seconds - 0.5) for step in scenario.steps]

    monkeypatch.setitem(globals(), "loads", careless)
    with pytest.raises(AssertionError, match="seed 17, number"):
        fuzz(mutations, 300, seed=17)
