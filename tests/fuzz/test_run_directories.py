"""A run directory is judged again, or refused with its place: never a traceback, never a wait."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from squall.core.errors import UsageError
from squall.gates.verdict import Severity
from squall.reports import run_store
from squall.selftest.honest_run import honest_evidence, judged
from squall.selftest.lies_of_files import reread, write_suite

SLOWEST_SECONDS = 5.0
JSON = ("verdict.json", "run.json", "evidence.json")
TEXT = ("history.jsonl", "events.jsonl", "scenario.squall.yaml", *JSON)


@pytest.fixture(scope="module")
def seed_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run; without digests, which would refuse each mutation at once."""
    home = tmp_path_factory.mktemp("fuzz") / "out"
    honest = honest_evidence()
    few = replace(honest, ops=honest.ops[::30], events=honest.events[::4])
    write_suite(home, (judged(few),))
    file = home / "selftest" / "run.json"
    document = json.loads(file.read_text())
    del document["digests"]
    file.write_text(json.dumps(document))
    return home


def mutants(seed: Path, home: Path, mutations: Any, count: int, number: int) -> Iterator[Path]:
    draws = random.Random(number)  # noqa: S311 - repeatable on purpose
    for _ in range(count):
        shutil.copytree(seed, home, dirs_exist_ok=True)
        place = home if draws.random() < 0.2 else home / "selftest"
        name = draws.choice(("verdict.json",) if place == home else TEXT)
        text = (place / name).read_text()
        if name in JSON and draws.random() < 0.7:
            text = json.dumps(mutations.json(json.loads(text), draws))
        else:
            text = mutations.text(text, draws)
        (place / name).write_text(text, encoding="utf-8", errors="surrogateescape")
        yield home


def check(message: str, home: Path) -> None:
    assert str(home) in message
    assert len(message) < 5_000


def fuzz(seed: Path, home: Path, mutations: Any, count: int, number: int) -> tuple[int, int]:
    """How many were judged and how many refused."""
    told = refused = 0
    for place, mutant in enumerate(mutants(seed, home, mutations, count, number)):
        began = time.process_time()
        try:
            reread(mutant)
            told += 1
        except UsageError as error:
            refused += 1
            check(str(error), home)
        except Exception as error:
            kept = shutil.copytree(mutant, home.parent / "failing", dirs_exist_ok=True)
            raise AssertionError(f"seed {number}, number {place}: see {kept}") from error
        assert time.process_time() - began < SLOWEST_SECONDS
    return told, refused


def test_some_mutated_run_directories(seed_directory: Path, tmp_path: Path, mutations: Any) -> None:
    told, refused = fuzz(seed_directory, tmp_path / "out", mutations, 60, 5)
    assert told > 5, "nothing past the parser is reached"
    assert refused > 10


def test_a_list_that_is_a_long_text_is_one_short_message(
    seed_directory: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(seed_directory, tmp_path / "out")
    document = json.loads((home / "verdict.json").read_text())
    document["outages"][0]["findings"][0]["ops"] = "a" * 5_000
    (home / "verdict.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"expected int.* and 4997 more") as raised:
        reread(home)
    check(str(raised.value), home)


def test_a_number_of_5000_digits_is_one_short_message(seed_directory: Path, tmp_path: Path) -> None:
    home = shutil.copytree(seed_directory, tmp_path / "out")
    file = home / "selftest/events.jsonl"
    head, first, *rest = file.read_text().split("\n")
    event = json.loads(first)
    event["9" * 5_000] = 1
    file.write_text("\n".join([head, json.dumps(event), *rest]))
    with pytest.raises(UsageError, match="does not fit this version") as raised:
        reread(home)
    check(str(raised.value), home)


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_very_many_mutated_run_directories(
    seed_directory: Path, tmp_path: Path, mutations: Any, seed: int, count: int
) -> None:
    told, refused = fuzz(seed_directory, tmp_path / "out", mutations, count, seed)
    print(f"{count} run directories: {told} judged, {refused} refused")  # noqa: T201 - the note


def test_a_planted_bug_is_found(
    seed_directory: Path, tmp_path: Path, mutations: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before the check: a severity that does not exist ends in KeyError."""

    def unchecked(file: Path) -> Any:
        outages = json.loads(file.read_text())["outages"]
        return tuple(Severity.from_label(one["severity"]) for one in outages[0]["findings"])

    monkeypatch.setattr(run_store, "_findings", unchecked)
    monkeypatch.setattr(run_store, "_open", run_store._opened)
    with pytest.raises(AssertionError, match="number"):
        fuzz(seed_directory, tmp_path / "out", mutations, 200, 5)
